namespace Pipeline.Subscribers;

/// <summary>The mailbox behind an address. Other spellings of the address lead to it as well, so they share its limits.</summary>
/// <remarks>Mail goes to the address as it was typed, because some mail servers distinguish the spellings.</remarks>
public static class Mailbox
{
    private static readonly string[] GmailHosts = ["gmail.com", "googlemail.com"];

    /// <summary>The same key for all spellings: upper and lower case, name+anything, and dots in addresses of Gmail.</summary>
    public static SubscriberKey KeyOf(string address)
    {
        var lower = address.ToLowerInvariant();
        var at = lower.LastIndexOf('@');
        var (name, host) = (lower[..at], lower[(at + 1)..]);
        if (name.IndexOf('+', StringComparison.Ordinal) is > 0 and var tag)
            name = name[..tag];
        if (GmailHosts.Contains(host))
            (name, host) = (name.Replace(".", "", StringComparison.Ordinal), GmailHosts[0]);
        return SubscriberKey.OfStored($"{name}@{host}")
            ?? throw new ArgumentException("An address has ASCII characters only.", nameof(address));
    }
}
