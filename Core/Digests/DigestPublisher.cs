using Pipeline.Practices;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>
/// Creates due issues and enqueues their deliveries. Each step can be repeated after a crash and run concurrently: insert the issue
/// (one insert succeeds), assign the practices (each stays with the first issue), enqueue the deliveries (duplicates are harmless).
/// </summary>
public sealed partial class DigestPublisher(
    TopicCatalog topics, PracticeSweep sweep, PracticeTable practices, DigestTable digests, DeliveryQueue queue, DigestMetrics metrics,
    TimeProvider time, ILogger<DigestPublisher> logger)
{
    // The expected average. Ranges vary in size, and one with more than 1,000 recipients (SendGrid's limit) takes a second delivery.
    private const int RecipientsPerRange = 900;

    // A publisher that has not enqueued its issue after this time is taken as stopped. If it still runs, this is harmless.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(5);

    /// <summary>Creates the due issues of all topics, oldest first, and continues open ones.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RunAll.RunAsync(topics.All, topic => RunAll.RunAsync(
            cancellationToken,
            cancellation => sweep.RunAsync(topic, cancellation),
            cancellation => ContinueOpenAsync(topic, _ => true, cancellation),
            cancellation => CreateDueAsync(topic, cancellation)), cancellationToken);
        metrics.CountRun();
    }

    /// <summary>Continues issues whose publisher stopped, before the next hourly run.</summary>
    public Task ContinueAbandonedAsync(CancellationToken cancellationToken) => RunAll.RunAsync(
        topics.All,
        topic => ContinueOpenAsync(topic, open => !open.Enqueued && open.StartedOn + AbandonedAfter < time.GetUtcNow(), cancellationToken),
        cancellationToken);

    private async Task ContinueOpenAsync(Topic topic, Func<DigestIssue, bool> condition, CancellationToken cancellationToken)
    {
        var open = (await digests.OpenAsync(topic.Id, cancellationToken))
            .Where(issue => issue.Status != IssueStatus.Held && condition(issue));
        await RunAll.RunAsync(open, issue => PublishAsync(topic, issue, cancellationToken), cancellationToken);
    }

    private async Task CreateDueAsync(Topic topic, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var recent = await digests.RecentAsync(topic.Id, now, cancellationToken);
        var due = topic.Schedule.Frequency == DigestFrequency.Always
            ? [IssueName.Of(now)]
            : topic.Schedule.DueIssues([.. recent.Select(issue => issue.Name)], now);
        // A figure that an admin edited could mean millions of messages.
        var lastCandidates = recent.LastOrDefault(
            issue => issue is { Status: IssueStatus.Closed, HasEditedFigures: false, Count.Candidates: > 0 })?.Count.Candidates ?? 0;
        foreach (var name in due)
            await CreateAsync(topic, name, isLatest: name == due[^1], RangesFor(lastCandidates), cancellationToken);
    }

    private async Task CreateAsync(Topic topic, IssueName name, bool isLatest, int ranges, CancellationToken cancellationToken)
    {
        var waiting = (await practices.UnassignedAsync(topic.Id, cancellationToken)).Take(DigestTable.MaxPractices).ToList();
        if (waiting.Count == 0 && topic.Schedule.Frequency == DigestFrequency.Always)
            return;

        var now = time.GetUtcNow();
        // The oldest of several missed issues gets the new practices. Of the empty ones, at most the latest is sent.
        var nothingToSend = waiting.Count == 0 && (topic.Schedule.SkipEmpty || !isLatest);
        var issue = new DigestIssue
        {
            Topic = topic.Id,
            Name = name,
            Status = nothingToSend ? IssueStatus.Closed : IssueStatus.Sending,
            Practices = [.. waiting.Select(practice => practice.Reference)],
            HadPractices = waiting.Count > 0,
            Ranges = nothingToSend ? 0 : ranges,
            Enqueued = nothingToSend,
            StartedOn = now,
            ClosedOn = nothingToSend ? now : null,
            Receipt = nothingToSend ? AdminTexts.EmptyIssueReceipt : AdminTexts.NewIssueReceipt,
        };
        if (await digests.AddAsync(issue, cancellationToken))
            LogCreated(topic.Id, name, waiting.Count);

        // Runs also if another instance created the issue, because that instance may stop before it has enqueued it.
        if (await digests.FindAsync(topic.Id, name, cancellationToken) is { Status: not IssueStatus.Closed } created)
            await PublishAsync(topic, created, cancellationToken);
    }

    private async Task PublishAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken)
    {
        if (issue.Enqueued)
            return;

        List<Reference> assigned = [];
        foreach (var reference in issue.Practices)
            if (await practices.TryAssignAsync(topic.Id, reference, issue.Name, cancellationToken))
                assigned.Add(reference);

        // Other issues, created at the same time, got all the practices.
        if (assigned.Count == 0 && issue.Practices.Count > 0)
        {
            await digests.RemoveAsync(issue, cancellationToken);
            return;
        }

        // A held issue keeps its practices, so that no other issue is sent with them.
        if (issue.Status == IssueStatus.Held)
            return;

        if (assigned.Count < issue.Practices.Count && !await digests.TrySetPracticesAsync(issue, assigned, cancellationToken))
            return;

        foreach (var range in HashRange.Split(issue.Ranges))
            await queue.AddAsync(DeliveryMessage.Of(issue, range), TimeSpan.Zero, cancellationToken);
        await digests.SetEnqueuedAsync(issue, cancellationToken);
        LogEnqueued(issue.Topic, issue.Name, issue.Ranges);
    }

    private static int RangesFor(int candidates) => Math.Max(1, (int)Math.Ceiling(candidates / (double)RecipientsPerRange));

    [LoggerMessage(LogLevel.Information, "Created issue {Topic}/{Issue} ({Practices} practices).")]
    private partial void LogCreated(string topic, string issue, int practices);

    [LoggerMessage(LogLevel.Information, "Enqueued issue {Topic}/{Issue} ({Ranges} ranges).")]
    private partial void LogEnqueued(string topic, string issue, int ranges);
}
