using System.Runtime.CompilerServices;
using Azure.Data.Tables.Models;

namespace Pipeline.Backups;

/// <summary>Rows of one partition that fit into one transaction.</summary>
internal sealed class RowBatch(string partition)
{
    private const int MaxRows = 100;

    // The limit of a transaction. One row always fits.
    private const int MaxBytes = 4 * 1024 * 1024;

    // Another process may insert rows between the query and the insert.
    private const int MaxAttempts = 10;

    private readonly List<TableEntity> _rows = [];
    private int _bytes;

    public int Count => _rows.Count;

    /// <summary>Splits lines, which are in the order of their keys, into batches.</summary>
    /// <param name="read">Returns null for a row to leave out.</param>
    public static async IAsyncEnumerable<RowBatch> SplitAsync(
        IAsyncEnumerable<string> lines, Func<string, TableEntity?> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RowBatch? batch = null;
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (read(line) is not { } row)
                continue;
            var size = SizeOf(line);
            if (batch is not null && !batch.Fits(row, size))
            {
                yield return batch;
                batch = null;
            }

            (batch ??= new RowBatch(row.PartitionKey)).Add(row, size);
        }

        if (batch is not null)
            yield return batch;
    }

    /// <summary>Inserts the rows that are missing and returns their number. Existing rows stay as they are.</summary>
    public async Task<int> InsertMissingAsync(TableClient table, CancellationToken cancellationToken)
    {
        var missing = _rows;
        for (var attempt = 1; missing.Count > 0; attempt++)
            try
            {
                await table.SubmitTransactionAsync(
                    missing.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
                return missing.Count;
            }
            catch (RequestFailedException conflict)
                when (conflict.ErrorCode == TableErrorCode.EntityAlreadyExists && attempt < MaxAttempts)
            {
                var existing = await ExistingKeysAsync(table, missing, cancellationToken);
                missing = missing.FindAll(row => !existing.Contains(row.RowKey));
            }

        return 0;
    }

    private bool Fits(TableEntity row, int size) =>
        row.PartitionKey == partition && _rows.Count < MaxRows && _bytes + size <= MaxBytes;

    private void Add(TableEntity row, int size)
    {
        _rows.Add(row);
        _bytes += size;
    }

    // An upper bound: the client escapes many characters as \u0000 and adds headers to each row.
    private static int SizeOf(string line)
    {
        const int headers = 1_024, escaped = 6;
        var letters = 0;
        foreach (var character in line)
            if (char.IsAsciiLetterOrDigit(character))
                letters++;
        return headers + letters + (line.Length - letters) * escaped;
    }

    private async Task<HashSet<string>> ExistingKeysAsync(
        TableClient table, List<TableEntity> wanted, CancellationToken cancellationToken)
    {
        HashSet<string> existing = [];
        var (first, last) = (wanted[0].RowKey, wanted[^1].RowKey);
        var filter = TableFilter.Of($"PartitionKey eq {partition} and RowKey ge {first} and RowKey le {last}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
            existing.Add(row.RowKey);
        return existing;
    }
}
