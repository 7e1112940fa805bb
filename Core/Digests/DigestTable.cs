using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>The table Digests: a partition a topic, a row an issue.</summary>
public sealed class DigestTable(PipelineStorage storage)
{
    /// <summary>A reference and a space take 17 characters, and a column holds 32 Ki of them; the rest waits for the next issue.</summary>
    public const int MaxPractices = 1_500;

    // When the recipients were taken out of its ledger.
    private const string CleanedOn = "CleanedOn";

    /// <summary>Inserts the issue: whoever succeeds has made it. False where it is there already.</summary>
    public async Task<bool> AddAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = issue.Status.ToString(),
            ["Practices"] = Join(issue.Practices),
            ["Ranges"] = issue.Ranges,
            ["Enqueued"] = issue.Enqueued,
            ["Candidates"] = 0,
            ["Sent"] = 0,
            ["Skipped"] = 0,
            ["Failed"] = 0,
            ["Unknown"] = 0,
            ["StartedOn"] = issue.StartedOn,
            ["Receipt"] = issue.Receipt,
            ["Decision"] = "",
            ["StatusHelp"] = "",
        };
        if (issue.ClosedOn is { } closedOn)
            row["ClosedOn"] = closedOn;

        return await storage.Digests.TryInsertAsync(row, cancellationToken) is not null;
    }

    public async Task<DigestIssue?> FindAsync(TopicId topic, IssueName issue, CancellationToken cancellationToken)
    {
        var row = await storage.Digests.FindAsync(topic, issue, cancellationToken);
        return row is null ? null : Read(row);
    }

    /// <summary>Issues that are not closed, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> OpenAsync(TopicId topic, CancellationToken cancellationToken) =>
        QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Status ne 'Closed'"), cancellationToken);

    /// <summary>Issues that are not closed, or are so with recipients of unknown outcome, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> UnfinishedAsync(TopicId topic, CancellationToken cancellationToken) =>
        QueryAsync(TableFilter.And(TableFilter.Of($"PartitionKey eq {topic.Value}"), "Status ne 'Closed' or Unknown gt 0"), cancellationToken);

    /// <summary>All issues, newest first.</summary>
    public async Task<IReadOnlyList<DigestIssue>> AllAsync(TopicId topic, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value}"), cancellationToken)).Reverse()];

    /// <summary>The issues of the last year and those that seem to lie in the future, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> RecentAsync(TopicId topic, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now.AddDays(-366).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and RowKey ge {since}"), cancellationToken);
    }

    /// <summary>Writes down which practices the issue really got. False where somebody else changed the row meanwhile.</summary>
    public async Task<bool> TrySetPracticesAsync(DigestIssue issue, IReadOnlyList<Reference> practices, CancellationToken cancellationToken) =>
        await storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Practices"] = Join(practices) }, issue.ETag, cancellationToken) is not null;

    public Task SetEnqueuedAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Enqueued"] = true }, ETag.All, cancellationToken);

    /// <summary>Writes what the ledger adds up to. False where somebody else changed the row meanwhile.</summary>
    /// <param name="isRevived">Deliveries that seemed lost are about to be enqueued again.</param>
    public async Task<bool> TrySetLedgerAsync(
        DigestIssue issue, IssueStatus status, LedgerState ledger, bool isRevived, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = status.ToString(),
            ["Candidates"] = ledger.Count.Candidates,
            ["Sent"] = ledger.Count.Sent,
            ["Skipped"] = ledger.Count.Skipped,
            ["Failed"] = ledger.Count.Failed,
            ["Unknown"] = ledger.Count.Unknown,
            ["Receipt"] = ledger.Receipt,
        };
        if (status == IssueStatus.Closed)
        {
            row["ClosedOn"] = now;
            row["StatusHelp"] = "";
        }

        if (isRevived)
            row["RevivedOn"] = now;
        return await storage.Digests.TryMergeAsync(row, issue.ETag, cancellationToken) is not null;
    }

    /// <summary>Tells the admin, in the row, what was not understood, and what the issue is taken for.</summary>
    public Task ExplainAsync(DigestIssue issue, string help, CancellationToken cancellationToken) => storage.Digests.TryMergeAsync(
        new TableEntity(issue.Topic, issue.Name) { ["Status"] = issue.Status.ToString(), ["StatusHelp"] = help }, issue.ETag, cancellationToken);

    /// <summary>What an admin decided about the issue is done.</summary>
    public Task ForgetDecisionAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Decision"] = "" }, ETag.All, cancellationToken);

    /// <summary>Issues of all topics, also of those that are not in the settings any more, that were closed before this and still have recipients.</summary>
    public async IAsyncEnumerable<DigestIssue> UncleanedAsync(DateTimeOffset closedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["PartitionKey", "RowKey", "Status", "Unknown", "ClosedOn", CleanedOn];
        await foreach (var row in storage.Digests.QueryAsync<TableEntity>(select: columns, cancellationToken: cancellationToken))
            if (IssueStatusWord.Read(row.Text("Status")) == IssueStatus.Closed && row.Number("Unknown") == 0
                && row.Time("ClosedOn") is { } closedOn && closedOn < closedBefore
                // Closed again since: an admin opened it, and deliveries were made anew.
                && !(row.Time(CleanedOn) > closedOn))
                yield return Read(row);
    }

    /// <summary>False if the row was changed meanwhile.</summary>
    public async Task<bool> TryMarkCleanedAsync(DigestIssue issue, DateTimeOffset now, CancellationToken cancellationToken) =>
        await storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { [CleanedOn] = now }, issue.ETag, cancellationToken) is not null;

    /// <summary>Takes back an issue that turned out to have nothing in it.</summary>
    /// <remarks>If another process was quicker, it came to the same conclusion, or to another one that the next run sees.</remarks>
    public Task RemoveAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryDeleteAsync(issue.Topic, issue.Name, issue.ETag, cancellationToken);

    /// <summary>What the row is taken for. A word that is no status stops nothing, and opens nothing that was closed.</summary>
    internal static IssueStatus StatusOf(TableEntity row) =>
        IssueStatusWord.Read(row.Text("Status")) ?? (row.ContainsKey("ClosedOn") ? IssueStatus.Closed : IssueStatus.Sending);

    private async Task<IReadOnlyList<DigestIssue>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        List<DigestIssue> issues = [];
        await foreach (var row in storage.Digests.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            issues.Add(Read(row));
        return issues;
    }

    private static string Join(IReadOnlyList<Reference> practices) => string.Join(' ', practices);

    private static DigestIssue Read(TableEntity row)
    {
        var typed = row.Text("Status");
        return new DigestIssue
        {
            Topic = row.PartitionKey,
            Name = row.RowKey,
            Status = StatusOf(row),
            Practices =
            [
                .. row.Text("Practices").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(text => Reference.TryParse(text, out var reference) ? reference : null).OfType<Reference>(),
            ],
            Ranges = Math.Max(1, row.Number("Ranges") ?? 1),
            Enqueued = row.Flag("Enqueued") ?? false,
            StartedOn = row.Time("StartedOn") ?? row.Timestamp ?? default,
            ClosedOn = row.Time("ClosedOn"),
            RevivedOn = row.Time("RevivedOn") ?? default,
            Count = new DeliveryCount(
                row.Number("Candidates") ?? 0, row.Number("Sent") ?? 0, row.Number("Skipped") ?? 0, row.Number("Failed") ?? 0,
                row.Number("Unknown") ?? 0),
            Receipt = row.Text("Receipt"),
            Decision = row.Text("Decision").Trim(),
            Misread = IssueStatusWord.Read(typed) is null ? typed.Trim() : "",
            ETag = row.ETag,
        };
    }
}
