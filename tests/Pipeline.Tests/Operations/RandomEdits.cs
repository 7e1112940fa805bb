using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Tests.Digests;

namespace Pipeline.Tests.Operations;

/// <summary>Edits rows of all tables as an admin might in Azure Storage Explorer.</summary>
internal sealed class RandomEdits(PipelineApp app, Random random)
{
    // Resend is missing: it asks for a second mail.
    private static readonly object[] Values =
    [
        "", " ", "\u200B", "yes", "no", "Published.", "puplished", "declined", "Pending", "Held", "Sending", "Closed", "Sent", "Failed",
        "Waiting", "Claimed", "Unknown", "Confirmed", "unsubscribed", "none", "many", "25/11/2026 19:03", "2026-11-25T19:03:00Z",
        "2027-06-01", "a@example.org b@example.org", "......", "ssssss", "0-6", "Zürich “quoted” {0}", "{\"version\":1",
        0, -1, 7, 2.5, true, false, long.MaxValue,
        new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Guid.Parse("11111111-2222-3333-4444-555555555555"), new byte[] { 1, 2, 3 }, new string('x', 9_000),
    ];

    private readonly List<string> _story = [];
    private readonly HashSet<string> _touched = [];

    /// <summary>One line for each edit.</summary>
    public IReadOnlyList<string> Story => _story;

    /// <summary>True if an admin may have decided what the outcome of a delivery is.</summary>
    public bool HasDecided { get; private set; }

    /// <summary>True if a delivery or its mark was deleted: only an admin knows then if its readers have the issue.</summary>
    public bool HasDestroyedDelivery { get; private set; }

    public bool IsTouched(StoredRow row) => _touched.Contains(row.RowKey);

    public async Task EditAsync()
    {
        var storage = app.Storage;
        TableClient[] tables = [storage.Practices, storage.Rejections, storage.Subscribers, storage.Digests, storage.Deliveries];
        var table = tables[random.Next(tables.Length)];
        // Except for the issue by which the next one gets two deliveries.
        var rows = await table.QueryAsync<TableEntity>($"RowKey ne '{DigestSteps.EarlierIssue}'", cancellationToken: Cancellation)
            .ToListAsync(Cancellation);
        if (rows.Count == 0)
            return;

        var row = rows[random.Next(rows.Count)];
        _touched.Add(row.RowKey);
        HasDecided |= table == storage.Deliveries;
        switch (random.Next(10))
        {
            case 0:
                HasDestroyedDelivery |= table == storage.Deliveries;
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);
                Tell(table, row, "delete");
                break;
            case 1:
                await CopyAsync(table, row);
                break;
            case 2:
                var removed = AnyColumn(row);
                row.Remove(removed);
                await table.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace, Cancellation);
                Tell(table, row, $"remove {removed}");
                break;
            default:
                var (column, value) = (AnyColumn(row), Values[random.Next(Values.Length)]);
                HasDecided |= column == "Decision";
                // An admin who continues an issue of which deliveries are missing has it sent again to their readers.
                if (HasDestroyedDelivery && table == storage.Digests && column is "Status" or "StatusApplied"
                    && IssueStatusWord.Read($"{value}") == IssueStatus.Sending)
                    break;
                await table.EditAsync(row.PartitionKey, row.RowKey, column, value);
                Tell(table, row, $"{column} = {Describe(value)}");
                break;
        }
    }

    private async Task CopyAsync(TableClient table, TableEntity row)
    {
        var copy = new TableEntity(row.Where(cell => cell.Key is not ("odata.etag" or "Timestamp")).ToDictionary());
        var date = new DateOnly(2026, 12, 1 + random.Next(30)).ToString("O", CultureInfo.InvariantCulture);
        copy.RowKey = random.Next(2) == 0 ? $"hand-{random.Next(100)}" : date;
        await table.UpsertEntityAsync(copy, TableUpdateMode.Replace, Cancellation);
        Tell(table, row, $"copy to {copy.RowKey}");
    }

    private string AnyColumn(TableEntity row)
    {
        var columns = row.Keys.Where(column => column is not ("PartitionKey" or "RowKey" or "odata.etag" or "Timestamp")).ToList();
        return columns[random.Next(columns.Count)];
    }

    private void Tell(TableClient table, TableEntity row, string edit) =>
        _story.Add($"{table.Name} {row.PartitionKey}/{row.RowKey}: {edit}");

    private static string Describe(object value) => value is string { Length: > 50 } text ? $"{text.Length} characters" : $"“{value}”";
}
