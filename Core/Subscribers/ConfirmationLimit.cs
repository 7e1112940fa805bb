namespace Pipeline.Subscribers;

/// <summary>Limits confirmation mails per address over all topics, so that a stranger cannot flood a mailbox.</summary>
/// <remarks>Counts before anything is queued, also for unknown addresses. Table ConfirmationLimits: a row per hashed address.</remarks>
public sealed class ConfirmationLimit(PipelineStorage storage, TimeProvider time)
{
    public const int MaxPerMinute = 4;
    public const int MaxPerHour = 40;

    /// <summary>Counts one mail and returns its time; null if the limit is reached.</summary>
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

    /// <summary>Uncounts a mail that was not queued.</summary>
    public Task ReleaseAsync(SubscriberKey address, DateTimeOffset counted, CancellationToken cancellationToken) =>
        ChangeAsync(address, text => ConfirmationTimes.Read(text, time.GetUtcNow(), out _).Without(counted), cancellationToken);

    /// <summary>Deletes rows that no longer limit anything.</summary>
    public async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A time in the future comes from a wrong clock.
        var filter = TableFilter.Of($"LastOn lt {now.AddHours(-1)} or LastOn gt {now.AddHours(1)}");
        await foreach (var row in storage.ConfirmationLimits.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            // A changed row is in use again and stays.
            await storage.ConfirmationLimits.TryDeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
    }

    /// <param name="change">Gets the row's text, empty if there is no row. Returns null to write nothing.</param>
    private Task<RowChange> ChangeAsync(SubscriberKey address, Func<string, ConfirmationTimes?> change, CancellationToken cancellationToken)
    {
        var name = address.ToString();
        return storage.ConfirmationLimits.ChangeAsync(
            name[..2], name,
            row => change(row?.Text("Times") ?? "") is { } after
                ? new TableEntity { ["Times"] = after.Write(), ["LastOn"] = time.GetUtcNow() }
                : null,
            cancellationToken);
    }
}
