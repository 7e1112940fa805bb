namespace Pipeline.Operations;

/// <summary>Moves the text of the columns StatusHelp and RequeueHelp, which earlier versions wrote, into the column Help.</summary>
public sealed class HelpColumns(PipelineStorage storage)
{
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        (TableClient Table, string Column)[] old =
        [
            (storage.Practices, "StatusHelp"), (storage.Digests, "StatusHelp"), (storage.Subscribers, "StatusHelp"),
            (storage.Rejections, "RequeueHelp"),
        ];
        foreach (var (table, column) in old)
            await foreach (var row in table.QueryAsync<TableEntity>($"{column} ge ''", cancellationToken: cancellationToken))
            {
                if (row.Text("Help").Length == 0)
                    row["Help"] = row.Text(column);
                row.Remove(column);
                // A row that was changed meanwhile is migrated in the next night.
                await table.TryReplaceAsync(row, row.ETag, cancellationToken);
            }
    }
}
