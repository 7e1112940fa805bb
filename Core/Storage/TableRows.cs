using Azure;
using Azure.Data.Tables;

namespace Pipeline.Storage;

public static class TableRows
{
    /// <summary>Writes these columns and leaves the others. False where the row is gone, or was changed since it had this ETag.</summary>
    public static async Task<bool> TryMergeAsync(this TableClient table, TableEntity row, ETag ifMatch, CancellationToken cancellationToken)
    {
        try
        {
            await table.UpdateEntityAsync(row, ifMatch, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }
}
