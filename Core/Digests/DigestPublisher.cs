using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>
/// Makes the issues that are due and sees them to the queue. Every step can be run again, by two at once and after dying
/// between any two writes: insert the issue with the chosen practices (the insert decides who made it), stamp the practices
/// (each belongs to the issue that stamped it first), enqueue the deliveries (the ledger decides what a message twice means).
/// </summary>
public sealed partial class DigestPublisher(
    TopicCatalog topics, PracticeSweep sweep, PracticeTable practices, DigestTable digests, DeliveryQueue queue, DigestMetrics metrics,
    TimeProvider time, ILogger<DigestPublisher> logger)
{
    // A little under SendGrid's thousand: hash ranges vary, and one that comes out too large costs a second call.
    private const int RecipientsPerRange = 900;

    // A publisher that has not enqueued its issue after so long is dead; if it is not, no harm is done.
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(5);

    /// <summary>Makes what is due by each topic's schedule and by the issues that exist, oldest first, and goes on with what was begun.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RunAll.RunAsync(topics.All, topic => RunAll.RunAsync(
            cancellationToken,
            cancellation => sweep.RunAsync(topic, cancellation),
            cancellation => ContinueOpenAsync(topic, _ => true, cancellation),
            cancellation => MakeDueAsync(topic, cancellation)), cancellationToken);
        metrics.CountRun();
    }

    /// <summary>Goes on with issues whose publisher died, so that they need not wait for the next full hour.</summary>
    public Task ContinueAbandonedAsync(CancellationToken cancellationToken) => RunAll.RunAsync(
        topics.All,
        topic => ContinueOpenAsync(topic, open => !open.Enqueued && open.StartedOn + StuckAfter < time.GetUtcNow(), cancellationToken),
        cancellationToken);

    private async Task ContinueOpenAsync(Topic topic, Func<DigestIssue, bool> which, CancellationToken cancellationToken) => await RunAll.RunAsync(
        (await digests.OpenAsync(topic.Id, cancellationToken)).Where(which), open => PublishAsync(topic, open, cancellationToken), cancellationToken);

    private async Task MakeDueAsync(Topic topic, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var recent = await digests.RecentAsync(topic.Id, now, cancellationToken);
        var due = topic.Schedule.Frequency == DigestFrequency.Always
            ? [IssueName.Of(now)]
            : topic.Schedule.DueIssues([.. recent.Select(issue => issue.Name)], now);
        var candidates = recent.LastOrDefault(issue => issue.Count.Candidates > 0)?.Count.Candidates ?? 0;
        foreach (var name in due)
            await MakeAsync(topic, name, isLatest: name == due[^1], RangesFor(candidates), cancellationToken);
    }

    private async Task MakeAsync(Topic topic, IssueName name, bool isLatest, int ranges, CancellationToken cancellationToken)
    {
        var waiting = (await practices.UnassignedAsync(topic.Id, cancellationToken)).Take(DigestTable.MaxPractices).ToList();
        if (waiting.Count == 0 && topic.Schedule.Frequency == DigestFrequency.Always)
            return;

        var now = time.GetUtcNow();
        // Of several issues that were missed the oldest has all that is new: nobody wants to hear of the others that they are empty.
        var nothingToSend = waiting.Count == 0 && (topic.Schedule.SkipEmpty || !isLatest);
        var issue = new DigestIssue
        {
            Topic = topic.Id,
            Name = name,
            Status = nothingToSend ? IssueStatus.Closed : IssueStatus.Sending,
            Practices = [.. waiting.Select(practice => practice.Reference)],
            Ranges = ranges,
            Enqueued = nothingToSend,
            StartedOn = now,
            ClosedOn = nothingToSend ? now : null,
            Receipt = nothingToSend ? "Complete. Nothing was new, so nothing was sent." : "Not closed. Nothing is sent yet.",
        };
        if (await digests.AddAsync(issue, cancellationToken))
            LogMade(topic.Id, name, waiting.Count);

        // Also where another instance made it: it may die before it is through.
        if (await digests.FindAsync(topic.Id, name, cancellationToken) is { Status: IssueStatus.Sending } made)
            await PublishAsync(topic, made, cancellationToken);
    }

    /// <summary>Stamps the practices and enqueues the deliveries.</summary>
    private async Task PublishAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken)
    {
        // What is on the queue is the ledger's to look after.
        if (issue.Status == IssueStatus.Held || issue.Enqueued)
            return;

        List<Reference> mine = [];
        foreach (var reference in issue.Practices)
            if (await practices.TryAssignAsync(topic.Id, reference, issue.Name, cancellationToken))
                mine.Add(reference);

        // An issue made at the same moment by another instance may have got some of them first.
        if (mine.Count == 0 && issue.Practices.Count > 0)
        {
            await digests.RemoveAsync(issue, cancellationToken);
            return;
        }

        if (mine.Count < issue.Practices.Count && !await digests.TrySetPracticesAsync(issue, mine, cancellationToken))
            return;

        foreach (var range in HashRange.Split(issue.Ranges))
            await queue.AddAsync(DeliveryMessage.Of(issue, range), TimeSpan.Zero, cancellationToken);
        await digests.SetEnqueuedAsync(issue, cancellationToken);
        LogEnqueued(issue.Topic, issue.Name, issue.Ranges);
    }

    private static int RangesFor(int candidates) => Math.Max(1, (int)Math.Ceiling(candidates / (double)RecipientsPerRange));

    [LoggerMessage(LogLevel.Information, "Issue {Topic}/{Issue} is made (practices: {Practices}).")]
    private partial void LogMade(string topic, string issue, int practices);

    [LoggerMessage(LogLevel.Information, "Issue {Topic}/{Issue} is on the queue (ranges: {Ranges}).")]
    private partial void LogEnqueued(string topic, string issue, int ranges);
}
