using System.Runtime.CompilerServices;
using Pipeline.Practices;

namespace Pipeline.Digests;

/// <summary>The table Digests, with a partition for each topic and a row for each issue.</summary>
public sealed class DigestTable(PipelineStorage storage)
{
    /// <summary>The limit of the column Practices: a reference and a space take 17 of its 32 Ki characters.</summary>
    public const int MaxPractices = 1_500;

    private const string CleanedOn = "CleanedOn";

    public async Task<bool> AddAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = issue.Status.ToString(),
            ["Practices"] = Join(issue.Practices),
            ["Ranges"] = issue.Ranges,
            ["Enqueued"] = issue.Enqueued,
            ["StartedOn"] = issue.StartedOn,
            ["Receipt"] = issue.Receipt,
            ["Decision"] = "",
            ["StatusHelp"] = "",
        };
        issue.Count.WriteTo(row, "Candidates");
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

    /// <summary>Issues that are open or have unknown recipients, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> UnfinishedAsync(TopicId topic, CancellationToken cancellationToken) =>
        QueryAsync(
            TableFilter.And(TableFilter.Of($"PartitionKey eq {topic.Value}"), "Status ne 'Closed' or Unknown gt 0"), cancellationToken);

    /// <summary>All issues, newest first.</summary>
    public async Task<IReadOnlyList<DigestIssue>> AllAsync(TopicId topic, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value}"), cancellationToken)).Reverse()];

    /// <summary>The issues of the last 366 days, including future ones, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> RecentAsync(TopicId topic, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now.AddDays(-366).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and RowKey ge {since}"), cancellationToken);
    }

    /// <summary>Saves the practices that were assigned to the issue. False if the row was changed meanwhile.</summary>
    public async Task<bool> TrySetPracticesAsync(
        DigestIssue issue, IReadOnlyList<Reference> practices, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name) { ["Practices"] = Join(practices) };
        return await storage.Digests.TryMergeAsync(row, issue.ETag, cancellationToken) is not null;
    }

    public Task SetEnqueuedAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Enqueued"] = true }, ETag.All, cancellationToken);

    /// <summary>Saves the figures, receipt and status. False if the row was changed meanwhile.</summary>
    public async Task<bool> TrySetLedgerAsync(
        DigestIssue issue, IssueStatus status, LedgerState ledger, bool isRequeued, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = status.ToString(),
            ["Receipt"] = ledger.Receipt,
        };
        ledger.Count.WriteTo(row, "Candidates");
        if (status == IssueStatus.Closed)
        {
            row["ClosedOn"] = now;
            row["StatusHelp"] = "";
        }

        if (isRequeued)
            row["RevivedOn"] = now;
        return await storage.Digests.TryMergeAsync(row, issue.ETag, cancellationToken) is not null;
    }

    /// <summary>Restores the status and shows the admin a sentence in StatusHelp.</summary>
    public Task ExplainAsync(DigestIssue issue, string help, CancellationToken cancellationToken) => storage.Digests.TryMergeAsync(
        new TableEntity(issue.Topic, issue.Name) { ["Status"] = issue.Status.ToString(), ["StatusHelp"] = help }, issue.ETag,
        cancellationToken);

    public Task ClearDecisionAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Decision"] = "" }, ETag.All, cancellationToken);

    /// <summary>Closed issues that still have recipients, including issues of topics that are not in the settings.</summary>
    public async IAsyncEnumerable<DigestIssue> ClosedWithRecipientsAsync(
        DateTimeOffset closedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["PartitionKey", "RowKey", "Status", "Unknown", "ClosedOn", CleanedOn];
        await foreach (var row in storage.Digests.QueryAsync<TableEntity>(select: columns, cancellationToken: cancellationToken))
            if (IssueStatusWord.Read(row.Text("Status")) == IssueStatus.Closed && row.Number("Unknown") == 0
                && row.Time("ClosedOn") is { } closedOn && closedOn < closedBefore
                // An issue that was opened and closed again has new deliveries.
                && !(row.Time(CleanedOn) > closedOn))
                yield return Read(row);
    }

    public async Task<bool> TryMarkCleanedAsync(DigestIssue issue, DateTimeOffset now, CancellationToken cancellationToken) =>
        await storage.Digests.TryMergeAsync(
            new TableEntity(issue.Topic, issue.Name) { [CleanedOn] = now }, issue.ETag, cancellationToken) is not null;

    /// <summary>Deletes an issue, unless another process has changed or deleted it. The next run handles a changed one.</summary>
    public Task RemoveAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryDeleteAsync(issue.Topic, issue.Name, issue.ETag, cancellationToken);

    /// <summary>The status of a row. If the cell is not a status, a row with ClosedOn is Closed and any other is Sending.</summary>
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
            RequeuedOn = row.Time("RevivedOn") ?? default,
            Count = DeliveryCount.Read(row, "Candidates"),
            Receipt = row.Text("Receipt"),
            Decision = row.Text("Decision").Trim(),
            UnreadableStatus = IssueStatusWord.Read(typed) is null ? typed.Trim() : "",
            ETag = row.ETag,
        };
    }
}
