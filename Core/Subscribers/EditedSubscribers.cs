namespace Pipeline.Subscribers;

/// <summary>Corrects and explains rows that admins edited, before the digests of the hour are made.</summary>
/// <remarks>One query. <see cref="SubscriberRetention"/> finds at night what it missed.</remarks>
public sealed partial class EditedSubscribers(
    SubscriberTable subscribers, Erasures erasures, SubscriberReview review, TimeProvider time, ILogger<EditedSubscribers> logger)
{
    // Twice the interval of the timer, so that a late run misses nothing.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var changed = 0;
        await foreach (var page in subscribers.EditedPagesAsync(time.GetUtcNow() - MaxAge, cancellationToken))
            foreach (var row in page)
            {
                var erased = await erasures.GetCachedAsync(cancellationToken);
                if (review.Corrections(row, erased) is { } change && await subscribers.TryMergeAsync(row, change, cancellationToken))
                    changed++;
            }

        if (changed > 0)
            LogCorrected(changed);
    }

    [LoggerMessage(LogLevel.Information, "Corrected or explained {Changed} edited rows of Subscribers.")]
    private partial void LogCorrected(int changed);
}
