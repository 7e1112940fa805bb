using Pipeline.Mail.Events;
using Pipeline.Subscribers;

namespace Pipeline.Digests.Events;

public enum EventsOutcome
{
    Taken,

    /// <summary>The body is no JSON array.</summary>
    Unreadable,

    /// <summary>Storage cannot be reached; SendGrid sends the same again.</summary>
    Later,
}

/// <summary>
/// Acts upon SendGrid's events. They come more than once, in any order, and with other ids when they are sent again; so nothing
/// is remembered of them: what an event does is the same whenever and however often it is done.
/// </summary>
public sealed partial class SendGridEvents(
    EventMeaning meaning, DeliveryProofs proofs, SubscriberTable subscribers, TimeProvider time, ILogger<SendGridEvents> logger)
{
    private const int AtOnce = 8;

    // Clocks differ a little. What lies further ahead would win over everything a reader does until then.
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    /// <param name="body">Of a post that is surely SendGrid's.</param>
    public async Task<EventsOutcome> TakeAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (SendGridEventBatch.Read(body.Span) is not { } batch)
        {
            LogUnreadable(body.Length);
            return EventsOutcome.Unreadable;
        }

        var proved = batch.Events.Select(meaning.Proof).OfType<DeliveryProof>().ToHashSet();
        var latest = time.GetUtcNow() + Ahead;
        var ends = batch.Events.Where(happened => happened.HappenedOn <= latest).SelectMany(meaning.Ends).ToHashSet();
        try
        {
            if (proved.Count > 0)
                await proofs.RecordAsync(proved, cancellationToken);
            var ended = await EndAsync(ends, cancellationToken);
            var incomplete = batch.Events.Count(happened =>
                EventMeaning.EndsSomething(happened) && (happened.Address is null || happened.HappenedOn is null || happened.HappenedOn > latest));
            LogTaken(batch.Events.Count, proved.Count, ended, batch.Unreadable + incomplete);
            return EventsOutcome.Taken;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            LogUnavailable(fault);
            return EventsOutcome.Later;
        }
    }

    private async Task<int> EndAsync(IEnumerable<SubscriptionEnd> ends, CancellationToken cancellationToken)
    {
        var ended = 0;
        var rows = ends.GroupBy(end => (end.Topic, end.Subscriber));
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(rows, options, async (row, cancellation) =>
        {
            var changed = false;
            foreach (var end in row.OrderBy(end => end.HappenedOn))
                changed |= await subscribers.EndAsync(end.Topic, end.Subscriber, end.Status, end.Reason, end.HappenedOn, cancellation);
            if (changed)
                Interlocked.Increment(ref ended);
        });
        return ended;
    }

    [LoggerMessage(LogLevel.Information,
        "SendGrid sent {Events} events: {Proofs} of our calls are proved, {Ended} subscriptions ended, {Unreadable} events could not be read.")]
    private partial void LogTaken(int events, int proofs, int ended, int unreadable);

    [LoggerMessage(LogLevel.Warning, "SendGrid signed a post of {Bytes} bytes that is no JSON array.")]
    private partial void LogUnreadable(int bytes);

    [LoggerMessage(LogLevel.Error, "SendGrid's events were turned away because storage cannot be reached; it sends them again.")]
    private partial void LogUnavailable(Exception fault);
}
