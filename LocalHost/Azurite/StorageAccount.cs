namespace Pipeline.LocalHost.Azurite;

/// <summary>An account that Azurite knows. The well-known one has a published name and key, the same on every machine.</summary>
public sealed record StorageAccount(string Name, string Key)
{
    public static readonly StorageAccount WellKnown = new(
        "devstoreaccount1",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    /// <summary>Accounts in the form that Azurite's environment variable AZURITE_ACCOUNTS takes.</summary>
    internal static string Join(IEnumerable<StorageAccount> accounts) =>
        string.Join(';', accounts.Select(account => $"{account.Name}:{account.Key}"));
}
