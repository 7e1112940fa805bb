namespace Pipeline.LocalHost.Azurite;

/// <summary>The ports of the three storage services: blobs on the base, queues and tables on the next two.</summary>
public sealed record StoragePorts(int Blob)
{
    public const int DefaultBase = 10000;

    public int Queue => Blob + 1;

    public int Table => Blob + 2;

    internal IEnumerable<(string Service, int Port)> All => [("blob", Blob), ("queue", Queue), ("table", Table)];

    public string ConnectionString() => ConnectionString(StorageAccount.WellKnown);

    public string ConnectionString(StorageAccount account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account.Name};AccountKey={account.Key};"
        + $"BlobEndpoint=http://127.0.0.1:{Blob}/{account.Name};"
        + $"QueueEndpoint=http://127.0.0.1:{Queue}/{account.Name};"
        + $"TableEndpoint=http://127.0.0.1:{Table}/{account.Name};";
}
