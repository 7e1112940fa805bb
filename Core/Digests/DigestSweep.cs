using System.Collections.Concurrent;
using Pipeline.Practices;

namespace Pipeline.Digests;

/// <summary>Applies what admins typed in Digests, then updates the open issues.</summary>
public sealed class DigestSweep(
    TopicCatalog topics, DigestTable digests, DigestLedger ledger, PublishedCache practices, DigestMetrics metrics, TimeProvider time)
{
    // Rows become readable some time after they get their timestamp.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<TopicId, DateTimeOffset> _sweptUntil = [];

    public Task RunAsync(CancellationToken cancellationToken) =>
        RunAll.RunAsync(topics.All, topic => RunAsync(topic, cancellationToken), cancellationToken);

    private async Task RunAsync(Topic topic, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // The first sweep of a process reads all rows.
        var since = _sweptUntil.GetValueOrDefault(topic.Id, DateTimeOffset.UnixEpoch);
        var rows = await digests.RowsToSweepAsync(topic.Id, since, cancellationToken);
        var oldest = rows.FirstOrDefault(row => row.Issue?.Status == IssueStatus.Sending)?.Issue!.StartedOn;
        metrics.RecordOpenAge(topic.Id, oldest is { } start ? now - start : TimeSpan.Zero);
        await RunAll.RunAsync(rows, row => RunAsync(topic, row, cancellationToken), cancellationToken);
        _sweptUntil[topic.Id] = now - Overlap;
    }

    private async Task RunAsync(Topic topic, IssueRow row, CancellationToken cancellationToken)
    {
        if (row is not { Issue: { } issue, Review: { } review })
        {
            if (row.Help != AdminTexts.IssueNotOfApp)
                await digests.ExplainAsync(row, AdminTexts.IssueNotOfApp, cancellationToken);
            return;
        }

        // Before the row says that it continues: after a crash in between, the next sweep does it again.
        if (review.IsResumed)
            await ledger.ResumeAsync(issue, cancellationToken);
        if (await CorrectAsync(topic, row, issue, review, cancellationToken) is { } corrected)
            await ledger.SweepAsync(corrected, review.IsResumed, cancellationToken);
    }

    /// <summary>Null if the row was changed meanwhile: the next sweep continues.</summary>
    private async Task<DigestIssue?> CorrectAsync(
        Topic topic, IssueRow row, DigestIssue issue, IssueReview review, CancellationToken cancellationToken)
    {
        var help = review.Help.Length > 0 ? review.Help : DecisionHelp(issue) ?? (review.IsResumed ? "" : issue.Help);
        IReadOnlyList<Reference> restored = issue.HasUnreadablePractices ? await AssignedAsync(topic, issue, cancellationToken) : [];
        if (issue.HasUnreadablePractices)
            help = restored.Count > 0 ? AdminTexts.IssuePracticesRestored : AdminTexts.IssuePracticesLost;

        return row.IsCorrect && restored.Count == 0 && help == issue.Help
            ? issue
            : await digests.TryCorrectAsync(issue, restored, help, cancellationToken);
    }

    private static string? DecisionHelp(DigestIssue issue) => DeliveryDecisionWord.Read(issue.Decision) switch
    {
        null => AdminTexts.DecisionNotUnderstood(issue.Decision),
        // Once it was explained, a decision stays without effect until it is typed again.
        not DeliveryDecision.None when issue.Count.Unknown == 0 || issue.Help == AdminTexts.NothingToDecide => AdminTexts.NothingToDecide,
        _ when issue.Help.Contains("Decision", StringComparison.Ordinal) => "",
        _ => null,
    };

    private async Task<IReadOnlyList<Reference>> AssignedAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken) =>
    [
        .. (await practices.GetNewAsync(topic.Id, cancellationToken)).NewestFirst.Reverse()
            .Where(practice => practice.DigestIssue.Trim() == issue.Name).Select(practice => practice.Reference),
    ];
}
