using Azure.Data.Tables.Models;

namespace Pipeline.Storage;

/// <summary>Row operations that return a result, instead of an exception, if a row exists, is missing or was changed.</summary>
public static class TableRows
{
    // Each attempt reads the winner's row, so this many conflicts are not a coincidence.
    public const int MaxAttempts = 20;

    /// <summary>Null if the row does not exist.</summary>
    public static async Task<TableEntity?> FindAsync(
        this TableClient table, string partition, string row, CancellationToken cancellationToken, params string[] columns)
    {
        var select = columns.Length == 0 ? null : columns;
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, select, cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The ETag of the new row; null if the row already exists.</summary>
    public static async Task<ETag?> TryInsertAsync(this TableClient table, TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            return ETagOf(await table.AddEntityAsync(row, cancellationToken));
        }
        // A table that is being deleted answers 409 as well.
        catch (RequestFailedException conflict) when (conflict.ErrorCode == TableErrorCode.EntityAlreadyExists)
        {
            return null;
        }
    }

    /// <summary>Writes these columns and keeps the others. Null if the row is missing or its ETag differs.</summary>
    public static Task<ETag?> TryMergeAsync(
        this TableClient table, TableEntity row, ETag ifMatch, CancellationToken cancellationToken) =>
        TryUpdateAsync(table, row, ifMatch, TableUpdateMode.Merge, cancellationToken);

    /// <summary>Replaces the whole row. Null if it is missing or its ETag differs.</summary>
    public static Task<ETag?> TryReplaceAsync(
        this TableClient table, TableEntity row, ETag ifMatch, CancellationToken cancellationToken) =>
        TryUpdateAsync(table, row, ifMatch, TableUpdateMode.Replace, cancellationToken);

    /// <summary>False if the row is missing or its ETag differs.</summary>
    public static async Task<bool> TryDeleteAsync(
        this TableClient table, string partition, string row, ETag ifMatch, CancellationToken cancellationToken)
    {
        try
        {
            // The client does not throw for a missing row.
            using var answer = await table.DeleteEntityAsync(partition, row, ifMatch, cancellationToken);
            return answer.Status != 404;
        }
        catch (RequestFailedException changed) when (IsGoneOrChanged(changed))
        {
            return false;
        }
    }

    /// <summary>Merges up to 100 rows of one partition in one transaction. False if one of them is missing or was changed.</summary>
    public static async Task<bool> TryMergeAllAsync(
        this TableClient table, IEnumerable<(TableEntity Row, ETag IfMatch)> rows, CancellationToken cancellationToken)
    {
        try
        {
            await table.SubmitTransactionAsync(
                rows.Select(each => new TableTransactionAction(TableTransactionActionType.UpdateMerge, each.Row, each.IfMatch)),
                cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (IsGoneOrChanged(changed))
        {
            return false;
        }
    }

    /// <summary>Reads a row, changes and writes it. Repeats with the new row if another process was faster.</summary>
    /// <param name="change">Gets the row, or null if there is none. Returns the columns to write, or null to write nothing.</param>
    /// <exception cref="InvalidOperationException">The row was changed at every attempt.</exception>
    public static async Task<RowChange> ChangeAsync(
        this TableClient table, string partition, string row, Func<TableEntity?, TableEntity?> change, CancellationToken cancellationToken,
        params string[] columns)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var found = await table.FindAsync(partition, row, cancellationToken, columns);
            if (change(found) is not { } after)
                return found is null ? RowChange.NotFound : RowChange.None;

            (after.PartitionKey, after.RowKey) = (partition, row);
            var written = found is null
                ? await table.TryInsertAsync(after, cancellationToken)
                : await table.TryMergeAsync(after, found.ETag, cancellationToken);
            if (written is not null)
                return RowChange.Written;
        }

        throw TooManyChanges(table, partition, row);
    }

    public static InvalidOperationException TooManyChanges(TableClient table, string partition, string row) =>
        new($"Failed to write row {partition}/{row} of {table.Name}: other processes changed it at each of {MaxAttempts} attempts.");

    private static async Task<ETag?> TryUpdateAsync(
        TableClient table, TableEntity row, ETag ifMatch, TableUpdateMode mode, CancellationToken cancellationToken)
    {
        try
        {
            return ETagOf(await table.UpdateEntityAsync(row, ifMatch, mode, cancellationToken));
        }
        catch (RequestFailedException changed) when (IsGoneOrChanged(changed))
        {
            return null;
        }
    }

    private static bool IsGoneOrChanged(RequestFailedException fault) => fault.Status is 404 or 412;

    private static ETag ETagOf(Response response) =>
        response.Headers.ETag ?? throw new InvalidOperationException("Storage returned no ETag for a written row.");
}

public enum RowChange
{
    NotFound,
    None,
    Written,
}
