using Azure;

namespace Pipeline.Storage;

/// <summary>
/// What the features do with rows. That a row is there already, is gone, or was changed by another process or an admin is an
/// answer here, and not an exception.
/// </summary>
public static class TableRows
{
    // Each try reads what the winner wrote. So many in a row are no coincidence.
    private const int MaxTries = 20;

    /// <summary>Null if there is no such row.</summary>
    public static async Task<TableEntity?> FindAsync(
        this TableClient table, string partition, string row, CancellationToken cancellationToken, params string[] columns)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, columns.Length == 0 ? null : columns, cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The ETag of the new row; null if there is one with these keys already.</summary>
    public static async Task<ETag?> TryInsertAsync(this TableClient table, TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            return ETagOf(await table.AddEntityAsync(row, cancellationToken));
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            return null;
        }
    }

    /// <summary>Writes these columns and leaves the others. Null if the row is gone, or was changed since it had this ETag.</summary>
    public static async Task<ETag?> TryMergeAsync(this TableClient table, TableEntity row, ETag ifMatch, CancellationToken cancellationToken)
    {
        try
        {
            return ETagOf(await table.UpdateEntityAsync(row, ifMatch, TableUpdateMode.Merge, cancellationToken));
        }
        catch (RequestFailedException changed) when (IsGoneOrChanged(changed))
        {
            return null;
        }
    }

    /// <summary>False if the row is gone, or was changed since it had this ETag.</summary>
    public static async Task<bool> TryDeleteAsync(this TableClient table, string partition, string row, ETag ifMatch, CancellationToken cancellationToken)
    {
        try
        {
            // The client makes no exception of a row that is gone.
            using var answer = await table.DeleteEntityAsync(partition, row, ifMatch, cancellationToken);
            return answer.Status != 404;
        }
        catch (RequestFailedException changed) when (IsGoneOrChanged(changed))
        {
            return false;
        }
    }

    /// <summary>Merges these columns into rows of one partition, at most 100, all or none. False if one of them is gone or was changed.</summary>
    public static async Task<bool> TryMergeAllAsync(
        this TableClient table, IEnumerable<(TableEntity Row, ETag IfMatch)> rows, CancellationToken cancellationToken)
    {
        try
        {
            await table.SubmitTransactionAsync(
                rows.Select(each => new TableTransactionAction(TableTransactionActionType.UpdateMerge, each.Row, each.IfMatch)), cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (IsGoneOrChanged(changed))
        {
            return false;
        }
    }

    /// <summary>Reads a row, decides, and writes; again if another process was quicker, whose row then decides.</summary>
    /// <param name="change">Given the row, or null if there is none. Gives the columns to write, or null for nothing to do.</param>
    /// <exception cref="InvalidOperationException">The row was changed at every try; the message names it.</exception>
    public static async Task<RowChange> ChangeAsync(
        this TableClient table, string partition, string row, Func<TableEntity?, TableEntity?> change, CancellationToken cancellationToken,
        params string[] columns)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var found = await table.FindAsync(partition, row, cancellationToken, columns);
            if (change(found) is not { } after)
                return found is null ? RowChange.NotFound : RowChange.None;

            (after.PartitionKey, after.RowKey) = (partition, row);
            var written = found is null ? await table.TryInsertAsync(after, cancellationToken) : await table.TryMergeAsync(after, found.ETag, cancellationToken);
            if (written is not null)
                return RowChange.Written;
        }

        throw new InvalidOperationException($"The row {partition}/{row} of {table.Name} was changed by others {MaxTries} times in a row. It is tried again later.");
    }

    private static bool IsGoneOrChanged(RequestFailedException fault) => fault.Status is 404 or 412;

    private static ETag ETagOf(Response response) =>
        response.Headers.ETag ?? throw new InvalidOperationException("Storage took a row and gave no ETag for it.");
}

/// <summary>What came of <see cref="TableRows.ChangeAsync"/>.</summary>
public enum RowChange
{
    NotFound,

    /// <summary>Nothing had to change.</summary>
    None,
    Written,
}
