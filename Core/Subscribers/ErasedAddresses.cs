using System.Collections.Immutable;
using Pipeline.Keys;

namespace Pipeline.Subscribers;

/// <summary>What <see cref="Erasures"/> knew at a moment; asking costs no storage transaction.</summary>
public sealed record ErasedAddresses(ImmutableDictionary<string, DateTimeOffset> Entries, KeyRing Keys)
{
    /// <summary>
    /// Whether its owner had the address removed and has not confirmed it since. A confirmation counts even where the entry is still
    /// there: another instance may have deleted it a moment ago, or died before it could.
    /// </summary>
    public bool Holds(SubscriberKey address, DateTimeOffset? confirmedOn) => ErasedOn(address) is { } erasedOn && !(confirmedOn > erasedOn);

    /// <summary>
    /// Whether the row is of an erased address and nothing in it is younger than the erasure: it came back by accident, or was left when
    /// an erasure broke off.
    /// </summary>
    internal bool Covers(SubscriberRow row)
    {
        var latest = new[] { row.SubscribedOn, row.AskedOn, row.ConfirmedOn }.Max();
        // Where an admin changed the address, the erasure is named after that and could not find the row.
        return row.Key is { } key && Holds(key, latest) || EmailAddress.TryParse(row.Email, out var address) && Holds(SubscriberKey.Of(address), latest);
    }

    /// <summary>Null for an address that nobody had removed.</summary>
    public DateTimeOffset? ErasedOn(SubscriberKey address)
    {
        if (Entries.IsEmpty)
            return null;

        foreach (var name in Names(Keys, address))
            if (Entries.TryGetValue(name, out var erasedOn))
                return erasedOn;

        return null;
    }

    /// <summary>How the entry of an address is named under each key; the first name is given to a new entry.</summary>
    public static IEnumerable<string> Names(KeyRing keys, SubscriberKey address)
    {
        var content = new byte[SubscriberKey.Bytes];
        address.Write(content);
        return keys.SignWithEach(KeyPurpose.Erasure, content).Select(Convert.ToHexStringLower);
    }
}
