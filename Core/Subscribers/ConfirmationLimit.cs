namespace Pipeline.Subscribers;

/// <summary>
/// How many confirmations an address is sent over all topics, so that nobody can fill somebody else's mailbox with them. Counted
/// before anything is queued, whether or not the address is known. The table ConfirmationLimits has a row for each address of the
/// last hours, named by its hash.
/// </summary>
public sealed class ConfirmationLimit(PipelineStorage storage, TimeProvider time)
{
    public const int MaxPerMinute = 4;
    public const int MaxPerHour = 40;

    /// <summary>Counts one more mail and gives the time it is counted at, or null where it would be one too many.</summary>
    public async Task<DateTimeOffset?> TryCountAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var allowed = false;
        await ChangeAsync(address, text =>
        {
            var times = ConfirmationTimes.Read(text, now, out var corrected);
            allowed = times.Allow(now);
            return allowed ? times.With(now) : corrected ? times : null;
        }, cancellationToken);
        return allowed ? now : null;
    }

    /// <summary>Takes back what <see cref="TryCountAsync"/> counted, as no mail came of it.</summary>
    public Task GiveBackAsync(SubscriberKey address, DateTimeOffset counted, CancellationToken cancellationToken) =>
        ChangeAsync(address, text => ConfirmationTimes.Read(text, time.GetUtcNow(), out _).Without(counted), cancellationToken);

    /// <summary>Deletes the rows that limit nothing any more.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A time well ahead of the clock was written while the clock was wrong.
        var filter = TableFilter.Of($"LastOn lt {now.AddHours(-1)} or LastOn gt {now.AddHours(1)}");
        await foreach (var row in storage.ConfirmationLimits.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            // One that was changed limits again.
            await storage.ConfirmationLimits.TryDeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
    }

    /// <param name="change">Given the row's text, empty if there is none; null leaves it.</param>
    /// <remarks>Each time another process is quicker, one more is counted: it ends at the limit.</remarks>
    private Task<RowChange> ChangeAsync(SubscriberKey address, Func<string, ConfirmationTimes?> change, CancellationToken cancellationToken)
    {
        var name = address.ToString();
        return storage.ConfirmationLimits.ChangeAsync(
            name[..2], name,
            row => change(row?.Text("Times") ?? "") is { } after ? new TableEntity { ["Times"] = after.Write(), ["LastOn"] = time.GetUtcNow() } : null,
            cancellationToken);
    }
}
