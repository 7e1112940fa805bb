using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Pipeline.Backups;

namespace Pipeline.Tests.Backups;

public static class BackupSteps
{
    public static Task<BackupManifest> BackUpAsync(this PipelineApp app) => app.Get<Backup>().RunAsync(progress: null, Cancellation);

    public static async Task<IReadOnlyList<RestoredTable>> RestoreAsync(
        this PipelineApp app, string name = "latest", params string[] tables)
    {
        var restore = app.Get<Restore>();
        return await restore.RunAsync(await restore.CheckAsync(name, tables, Cancellation), progress: null, Cancellation);
    }

    public static Task WipeAsync(this PipelineApp app) =>
        Task.WhenAll(app.TablesOfBackups().Select(table => table.DeleteAsync(Cancellation)));

    /// <summary>All rows of the tables that are backed up: each property with its type and its exact value.</summary>
    public static async Task<SortedDictionary<string, string>> SnapshotAsync(this PipelineApp app)
    {
        SortedDictionary<string, string> rows = new(StringComparer.Ordinal);
        foreach (var table in app.TablesOfBackups())
            foreach (var row in await app.RowsAsync(table))
            {
                var properties = row
                    .Where(pair => pair.Key is not ("odata.etag" or "Timestamp"))
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => $"{pair.Key} {pair.Value.GetType().Name} {Exact(pair.Value)}");
                rows.Add($"{table.Name} {row.PartitionKey} {row.RowKey}", string.Join('\n', properties));
            }

        return rows;
    }

    public static IEnumerable<TableClient> TablesOfBackups(this PipelineApp app) =>
        app.Storage.Tables.Except([app.Storage.ConfirmationLimits]);

    public static BlobContainerClient Blobs(this PipelineApp app) => new(app.ConnectionString, "backups");

    private static string Exact(object value) => value switch
    {
        double number => BitConverter.DoubleToInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcTicks.ToString(CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
