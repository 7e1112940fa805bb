namespace Pipeline.LocalHost.Azurite;

/// <summary>An account in Azurite. The name and key of the well-known account are published and the same on every machine.</summary>
public sealed record StorageAccount(string Name, string Key)
{
    public static readonly StorageAccount WellKnown = new(
        "devstoreaccount1",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    /// <summary>Formats accounts for AZURITE_ACCOUNTS, an environment variable of Azurite.</summary>
    internal static string Join(IEnumerable<StorageAccount> accounts) =>
        string.Join(';', accounts.Select(account => $"{account.Name}:{account.Key}"));
}
