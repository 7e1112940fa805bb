using System.Collections.Immutable;
using Pipeline.Keys;

namespace Pipeline.Subscribers;

/// <summary>Snapshot of <see cref="Erasures"/>. Queries cost no storage transaction.</summary>
public sealed record ErasedAddresses(ImmutableDictionary<string, DateTimeOffset> Entries, KeyRing Keys)
{
    /// <summary>True if the address was erased and not confirmed since.</summary>
    /// <remarks>A later confirmation wins over an existing entry: its deletion may have failed or not be visible here yet.</remarks>
    public bool IsErased(SubscriberKey address, DateTimeOffset? confirmedOn) =>
        ErasedOn(address) is { } erasedOn && !(confirmedOn > erasedOn);

    /// <summary>True if the row belongs to an erased address and has no later date: it came back, or an erasure was interrupted.</summary>
    internal bool IsErased(SubscriberRow row)
    {
        var latest = new[] { row.SubscribedOn, row.AskedOn, row.ConfirmedOn }.Max();
        // If an admin changed the address, the erasure has the new address's key and did not find the row.
        return row.Key is { } key && IsErased(key, latest)
            || EmailAddress.TryParse(row.Email, out var address) && IsErased(SubscriberKey.Of(address), latest);
    }

    public DateTimeOffset? ErasedOn(SubscriberKey address)
    {
        if (Entries.IsEmpty)
            return null;

        foreach (var name in Names(Keys, address))
            if (Entries.TryGetValue(name, out var erasedOn))
                return erasedOn;

        return null;
    }

    /// <summary>Row keys of an address's entry, one for each token key. The first is for new entries.</summary>
    public static IEnumerable<string> Names(KeyRing keys, SubscriberKey address)
    {
        var content = new byte[SubscriberKey.Bytes];
        address.Write(content);
        return keys.SignWithAll(KeyPurpose.Erasure, content).Select(Convert.ToHexStringLower);
    }
}
