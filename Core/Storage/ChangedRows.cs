namespace Pipeline.Storage;

/// <summary>Finds the rows of a table that changed since the last look. The first look, and one a day, reads all rows.</summary>
/// <remarks>The one a day is for rows that become right or wrong without an edit, such as times in the future.</remarks>
public sealed class ChangedRows(TimeProvider time)
{
    // A row may become readable some seconds after the time that it carries.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FullLookInterval = TimeSpan.FromDays(1);

    // By the clock of the service, as the timestamps are. Null if the next look has to read all rows.
    private DateTimeOffset? _since;
    private long _lastFullLook;

    /// <summary>Judges each row that changed, then acts on all results that are not null.</summary>
    /// <remarks>If an action fails, the others still run, and the next look repeats all.</remarks>
    /// <param name="filter">Null for the whole table.</param>
    /// <param name="columns">Null for all.</param>
    public async Task LookAsync<T>(
        TableClient table, string? filter, string[]? columns, Func<TableEntity, T?> judge, Func<T, Task> act,
        CancellationToken cancellationToken) where T : class
    {
        var begun = time.GetTimestamp();
        var since = time.GetElapsedTime(_lastFullLook, begun) < FullLookInterval ? _since : null;
        string?[] filters = [filter, since is { } from ? TableFilter.Of($"Timestamp ge {from}") : null];
        var query = filters.Any(each => each is not null) ? TableFilter.And([.. filters.OfType<string>()]) : null;

        DateTimeOffset? serverTime = null;
        List<T> found = [];
        await foreach (var page in table.QueryAsync<TableEntity>(query, select: columns, cancellationToken: cancellationToken).AsPages())
        {
            serverTime ??= page.GetRawResponse().Headers.Date;
            found.AddRange(page.Values.Select(judge).OfType<T>());
        }

        await RunAll.RunAsync(found, act, cancellationToken);
        if (since is null)
            _lastFullLook = begun;
        // A clock that was set back hides rows from a query by time.
        _since = serverTime < since ? null : serverTime - Overlap;
    }
}
