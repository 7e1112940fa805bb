using Pipeline.Mail.Events;
using Pipeline.Subscribers;

namespace Pipeline.Digests.Events;

public enum EventsOutcome
{
    Accepted,

    /// <summary>The body is not a JSON array. SendGrid need not repeat it.</summary>
    Unreadable,

    /// <summary>SendGrid must repeat the whole post. Some of its events may be recorded already.</summary>
    StorageUnavailable,
}

/// <summary>Processes SendGrid's events. Idempotent, because events arrive repeatedly, in any order and with changed ids.</summary>
public sealed partial class SendGridEvents(
    SendGridEventInterpreter interpreter, SendAcknowledgements acknowledgements, SubscriberTable subscribers, TimeProvider time,
    StorageFaultLog storageFaults, ILogger<SendGridEvents> logger)
{
    private const int MaxParallelism = 8;

    /// <param name="body">A JSON array of events. The caller must have verified SendGrid's signature.</param>
    public async Task<EventsOutcome> ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (SendGridEventBatch.Read(body.Span) is not { } batch)
        {
            LogUnreadable(body.Length);
            return EventsOutcome.Unreadable;
        }

        var confirmed = batch.Events.Select(interpreter.Acknowledgement).OfType<SendAcknowledgement>().ToHashSet();
        // An event dated in the future would also end subscriptions that readers confirm until that date.
        var now = time.GetUtcNow();
        var ends = batch.Events.SelectMany(sendGridEvent => interpreter.Ends(sendGridEvent, now)).ToHashSet();
        try
        {
            if (confirmed.Count > 0)
                await acknowledgements.RecordAsync(confirmed, cancellationToken);
            var ended = await EndAsync(ends, cancellationToken);
            var incomplete = batch.Events.Count(sendGridEvent =>
                sendGridEvent.Address is null && SendGridEventInterpreter.EndsSubscription(sendGridEvent));
            LogProcessed(batch.Events.Count, confirmed.Count, ended, batch.Unreadable + incomplete);
            return EventsOutcome.Accepted;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            storageFaults.Report("process SendGrid's events, which it sends again", fault);
            return EventsOutcome.StorageUnavailable;
        }
    }

    private async Task<int> EndAsync(IEnumerable<SubscriptionEnd> ends, CancellationToken cancellationToken)
    {
        var ended = 0;
        // Events of one subscription change the same row, so they run one after another.
        var subscriptions = ends.GroupBy(end => (end.Topic, end.Subscriber));
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(subscriptions, options, async (subscription, cancellation) =>
        {
            var changed = false;
            foreach (var end in subscription.OrderBy(end => end.HappenedOn))
                changed |= await subscribers.EndAsync(end.Topic, end.Subscriber, end.Status, end.Reason, end.HappenedOn, cancellation);
            if (changed)
                Interlocked.Increment(ref ended);
        });
        return ended;
    }

    [LoggerMessage(
        LogLevel.Information,
        "Processed {Events} SendGrid events: {Acknowledgements} requests confirmed, {Ended} subscriptions ended, {Unreadable} unreadable.")]
    private partial void LogProcessed(int events, int acknowledgements, int ended, int unreadable);

    [LoggerMessage(LogLevel.Warning, "Rejected a signed post of {Bytes} bytes from SendGrid: the body is not a JSON array.")]
    private partial void LogUnreadable(int bytes);
}
