using System.Runtime.CompilerServices;
using Azure.Data.Tables.Models;

namespace Pipeline.Backups;

/// <summary>Rows of one partition that fit into one transaction, which is done as a whole or not at all.</summary>
internal sealed class RowBatch(string partition)
{
    private const int MaxRows = 100;

    // What a transaction holds. A row alone always fits.
    private const int MaxBytes = 4 * 1024 * 1024;

    // So often somebody may insert rows of the batch between our looking and our inserting.
    private const int MaxTries = 10;

    private readonly List<TableEntity> rows = [];
    private int bytes;

    public int Count => rows.Count;

    /// <summary>Cuts lines, in the order of their keys, into batches.</summary>
    /// <param name="read">Null for a row that is to be left out.</param>
    public static async IAsyncEnumerable<RowBatch> CutAsync(
        IAsyncEnumerable<string> lines, Func<string, TableEntity?> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RowBatch? batch = null;
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (read(line) is not { } row)
                continue;
            var size = SizeOf(line);
            if (batch is not null && !batch.Takes(row, size))
            {
                yield return batch;
                batch = null;
            }

            (batch ??= new RowBatch(row.PartitionKey)).Add(row, size);
        }

        if (batch is not null)
            yield return batch;
    }

    /// <summary>Inserts what is missing and touches nothing that is there. Gives how many rows it inserted.</summary>
    public async Task<int> InsertMissingAsync(TableClient table, CancellationToken cancellationToken)
    {
        var missing = rows;
        for (var tries = 1; missing.Count > 0; tries++)
            try
            {
                await table.SubmitTransactionAsync(missing.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
                return missing.Count;
            }
            catch (RequestFailedException conflict) when (conflict.ErrorCode == TableErrorCode.EntityAlreadyExists && tries < MaxTries)
            {
                var there = await KeysThereAsync(table, missing, cancellationToken);
                missing = missing.FindAll(row => !there.Contains(row.RowKey));
            }

        return 0;
    }

    private bool Takes(TableEntity row, int size) => row.PartitionKey == partition && rows.Count < MaxRows && bytes + size <= MaxBytes;

    private void Add(TableEntity row, int size)
    {
        rows.Add(row);
        bytes += size;
    }

    /// <summary>At most so many bytes of a transaction: the client writes many characters as \u0000, and headers around each row.</summary>
    private static int SizeOf(string line)
    {
        const int headers = 1_024, escaped = 6;
        var letters = 0;
        foreach (var character in line)
            if (char.IsAsciiLetterOrDigit(character))
                letters++;
        return headers + letters + (line.Length - letters) * escaped;
    }

    private async Task<HashSet<string>> KeysThereAsync(TableClient table, List<TableEntity> among, CancellationToken cancellationToken)
    {
        HashSet<string> there = [];
        var (first, last) = (among.Select(row => row.RowKey).Min(StringComparer.Ordinal), among.Select(row => row.RowKey).Max(StringComparer.Ordinal));
        var filter = TableFilter.Of($"PartitionKey eq {partition} and RowKey ge {first} and RowKey le {last}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
            there.Add(row.RowKey);
        return there;
    }
}
