using Azure;
using Azure.Data.Tables;

namespace Pipeline.Tests;

/// <summary>Changes tables directly, as an admin does in Storage Explorer.</summary>
public static class TableEdits
{
    /// <summary>Writes one cell; the other columns stay.</summary>
    public static Task EditAsync(this TableClient table, StoredRow row, string column, object value) =>
        table.EditAsync(row.PartitionKey, row.RowKey, column, value);

    public static Task EditAsync(this TableClient table, string partitionKey, string rowKey, string column, object value) =>
        table.UpdateEntityAsync(
            new TableEntity(partitionKey, rowKey) { [column] = value }, ETag.All, TableUpdateMode.Merge, Cancellation);

    /// <summary>Inserts rows, up to a hundred of a partition in one transaction.</summary>
    public static async Task AddAsync(this TableClient table, IEnumerable<TableEntity> rows)
    {
        foreach (var partition in rows.GroupBy(row => row.PartitionKey))
            foreach (var batch in partition.Chunk(100))
                await table.SubmitTransactionAsync(
                    batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), Cancellation);
    }
}
