using Azure;
using Azure.Data.Tables;

namespace Pipeline.Chaos;

/// <summary>Publishes, declines and edits rows of Practices directly in the table, with mistakes.</summary>
internal sealed class Editor(string connectionString, Ledger ledger, int seed)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TableClient _practices = new(connectionString, "Practices", new TableClientOptions
    {
        Retry = { MaxRetries = 0, NetworkTimeout = Timeout },
    });

    public async Task EditAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var rows = await _practices.QueryAsync<TableEntity>(cancellationToken: CancellationToken.None)
                    .ToListAsync(CancellationToken.None);
                var pending = rows.Where(row => row.GetString("Status") is "Pending").ToList();
                var others = rows.Except(pending).ToList();
                for (var i = 0; i < Math.Min(pending.Count, 3); i++)
                    await DecideAsync(pending[random.Next(pending.Count)], random);
                if (others.Count > 0)
                    await ChangeAsync(others[random.Next(others.Count)], random);
            }
            catch (Exception fault) when (
                fault is RequestFailedException or AggregateException or OperationCanceledException or IOException)
            {
                // Another edit of the row was faster, or storage failed: the editor looks again later.
            }

            await Task.Delay(TimeSpan.FromSeconds(2), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DecideAsync(TableEntity row, Random random)
    {
        var status = random.Next(10) switch { 0 => "Declined", 1 => "Publishd", 2 => " published ", _ => "Published" };
        await SaveAsync(row, status, new() { ["Status"] = status, ["Note"] = random.Next(2) == 0 ? "Thank you." : "" });
    }

    private async Task ChangeAsync(TableEntity row, Random random)
    {
        // A practice that was declined is not published again, so that the ledger stays simple.
        var published = row.GetString("Status") is not "Declined";
        switch (random.Next(8))
        {
            case 0 when published:
                await SaveAsync(row, "Declined", new() { ["Status"] = "Declined" });
                break;
            case 1 when published:
                await SaveAsync(row, "Published", new() { ["Status"] = "Published" });
                break;
            case 2:
                await SaveAsync(row, null, new() { ["Country"] = "Atlantis" });
                break;
            case 3:
                await SaveAsync(row, null, new() { ["Submitter"] = "", ["Honorific"] = 7 });
                break;
            default:
                await SaveAsync(row, null, new() { ["Summary"] = $"{row.GetString("Summary")} An editor added this sentence." });
                break;
        }
    }

    private async Task SaveAsync(TableEntity row, string? status, Dictionary<string, object> columns)
    {
        if (status is not null && status.Contains("ublish", StringComparison.Ordinal))
            ledger.Publishing(row.RowKey);
        var change = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var (name, value) in columns)
            change[name] = value;
        await _practices.UpdateEntityAsync(change, row.ETag, TableUpdateMode.Merge, CancellationToken.None);
        if (status == "Declined")
            ledger.Declined(row.RowKey);
    }
}
