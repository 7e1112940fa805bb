using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Pipeline.Backups;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Backups;

/// <summary>What operators and disasters do to tables, in tests.</summary>
public static class BackupSteps
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<BackupManifest> BackUpAsync(this PipelineApp app) => app.Get<Backup>().RunAsync(progress: null, Cancellation);

    public static async Task<IReadOnlyList<RestoredTable>> RestoreAsync(this PipelineApp app, string name = "latest", params string[] tables)
    {
        var restore = app.Get<Restore>();
        return await restore.RunAsync(await restore.CheckAsync(name, tables, Cancellation), progress: null, Cancellation);
    }

    /// <summary>Everything is gone, the tables themselves, too; and the app was not started since.</summary>
    public static Task WipeAsync(this PipelineApp app) => Task.WhenAll(app.TablesOfBackups().Select(table => table.DeleteAsync(Cancellation)));

    /// <summary>Inserts rows; those of one partition in a row go in one transaction.</summary>
    public static async Task AddAsync(this TableClient table, IEnumerable<TableEntity> rows)
    {
        foreach (var partition in rows.GroupBy(row => row.PartitionKey))
            foreach (var batch in partition.Chunk(100))
                await table.SubmitTransactionAsync(batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), Cancellation);
    }

    /// <summary>Every row of the tables that are backed up: each property with its type and its value to the last bit.</summary>
    public static async Task<SortedDictionary<string, string>> SnapshotAsync(this PipelineApp app)
    {
        SortedDictionary<string, string> rows = new(StringComparer.Ordinal);
        foreach (var table in app.TablesOfBackups())
            foreach (var row in await app.RowsAsync(table))
                rows.Add(
                    $"{table.Name} {row.PartitionKey} {row.RowKey}",
                    string.Join('\n', row.Where(pair => pair.Key is not ("odata.etag" or "Timestamp")).OrderBy(pair => pair.Key, StringComparer.Ordinal)
                        .Select(pair => $"{pair.Key} {pair.Value.GetType().Name} {Exact(pair.Value)}")));
        return rows;
    }

    public static IEnumerable<TableClient> TablesOfBackups(this PipelineApp app) => app.Storage.Tables.Except([app.Storage.ConfirmationLimits]);

    public static BlobContainerClient Blobs(this PipelineApp app) => new(app.ConnectionString, "backups");

    public static TableEntity Subscriber(string email, DateTimeOffset subscribedOn)
    {
        var key = SubscriberSteps.KeyOf(email).ToString();
        return new TableEntity($"{PipelineApp.Topic}~{key[..2]}", key)
        {
            ["Email"] = email,
            ["Status"] = "Confirmed",
            ["SubscribedOn"] = subscribedOn,
            ["ConfirmedOn"] = subscribedOn,
            ["Reason"] = "",
        };
    }

    private static string Exact(object value) => value switch
    {
        double number => BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcTicks.ToString(CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
