using System.Collections.Immutable;
using Pipeline.Keys;

namespace Pipeline.Subscribers;

/// <summary>Snapshot of <see cref="Erasures"/>. Queries cost no storage transaction.</summary>
public sealed record ErasedAddresses(ImmutableDictionary<string, DateTimeOffset> Entries, KeyRing Keys)
{
    /// <summary>The time of an entry whose time was edited or removed: later than every confirmation, so the erasure holds.</summary>
    public static readonly DateTimeOffset UnknownTime = DateTimeOffset.MaxValue;

    /// <summary>True if the address was erased and not confirmed since. A confirmation removes the entry.</summary>
    /// <remarks>A later confirmation wins over an existing entry: its deletion may have failed or not be visible here yet.</remarks>
    /// <param name="confirmedOn">Null if it is not certain.</param>
    public bool IsErased(SubscriberKey address, DateTimeOffset? confirmedOn) =>
        ErasedOn(address) is { } erasedOn && !(confirmedOn > erasedOn);

    /// <summary>True if the row belongs to an erased address and has no later date: it came back, or an erasure was interrupted.</summary>
    internal bool IsErased(SubscriberRow row) => ErasedOn(row) is { } erasedOn && !(row.LatestRequest > erasedOn);

    /// <summary>True if such a row can be deleted.</summary>
    /// <remarks>False if the time of the erasure is unknown: the owner may have subscribed since and not confirmed yet.</remarks>
    internal bool IsLeftover(SubscriberRow row) => ErasedOn(row) != UnknownTime && IsErased(row);

    public DateTimeOffset? ErasedOn(SubscriberKey address)
    {
        if (Entries.IsEmpty)
            return null;

        DateTimeOffset? latest = null;
        foreach (var name in Names(Keys, address))
            if (Entries.TryGetValue(name, out var erasedOn) && !(erasedOn < latest))
                latest = erasedOn;

        return latest;
    }

    private DateTimeOffset? ErasedOn(SubscriberRow row)
    {
        var ofKey = row.Key is { } key ? ErasedOn(key) : null;
        // If an admin changed the address, the erasure has the new address's key and did not find the row.
        var ofAddress = EmailAddress.TryParse(row.Email, out var address) ? ErasedOn(SubscriberKey.Of(address)) : null;
        return ofKey is null || ofAddress > ofKey ? ofAddress : ofKey;
    }

    /// <summary>Row keys of an address's entry, one for each token key. The first is for new entries.</summary>
    public static IEnumerable<string> Names(KeyRing keys, SubscriberKey address)
    {
        var content = new byte[SubscriberKey.Bytes];
        address.Write(content);
        return keys.SignWithAll(KeyPurpose.Erasure, content).Select(Convert.ToHexStringLower);
    }
}
