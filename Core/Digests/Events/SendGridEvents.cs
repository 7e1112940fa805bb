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
    SendGridEventInterpreter interpreter, SendAcknowledgements acknowledgements, SubscriberTable subscribers, TimeProvider time, ILogger<SendGridEvents> logger)
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

        var confirmed = batch.Events.Select(interpreter.Acknowledgement).OfType<SendAcknowledgement>().ToHashSet();
        var latest = time.GetUtcNow() + Ahead;
        var ends = batch.Events.Where(sendGridEvent => sendGridEvent.HappenedOn <= latest).SelectMany(interpreter.Ends).ToHashSet();
        try
        {
            if (confirmed.Count > 0)
                await acknowledgements.RecordAsync(confirmed, cancellationToken);
            var ended = await EndAsync(ends, cancellationToken);
            var incomplete = batch.Events.Count(sendGridEvent =>
                SendGridEventInterpreter.EndsSubscription(sendGridEvent) && (sendGridEvent.Address is null || sendGridEvent.HappenedOn is null || sendGridEvent.HappenedOn > latest));
            LogTaken(batch.Events.Count, confirmed.Count, ended, batch.Unreadable + incomplete);
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
        "SendGrid sent {Events} events: {Acknowledgements} of our calls are confirmed, {Ended} subscriptions ended, {Unreadable} events could not be read.")]
    private partial void LogTaken(int events, int acknowledgements, int ended, int unreadable);

    [LoggerMessage(LogLevel.Warning, "SendGrid signed a post of {Bytes} bytes that is no JSON array.")]
    private partial void LogUnreadable(int bytes);

    [LoggerMessage(LogLevel.Error, "SendGrid's events were turned away because storage cannot be reached; it sends them again.")]
    private partial void LogUnavailable(Exception fault);
}
