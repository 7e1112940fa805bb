using System.Runtime.CompilerServices;
using Pipeline.Practices;

namespace Pipeline.Digests;

/// <summary>The table Digests, with a partition for each topic and a row for each issue.</summary>
public sealed class DigestTable(PipelineStorage storage, RowOrigin origin)
{
    /// <summary>The limit of the column Practices: a reference and a space take 17 of its 32 Ki characters.</summary>
    public const int MaxPractices = 1_500;

    private const string CleanedOn = "CleanedOn";
    private const string Origin = "Origin";

    // The status that the app last wrote. It differs from Status between an admin's edit and the next sweep.
    private const string StatusApplied = "StatusApplied";

    /// <summary>Inserts the issue, in the place of a row that the app did not make. False if the issue exists.</summary>
    public async Task<bool> AddAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = issue.Status.ToString(),
            [StatusApplied] = issue.Status.ToString(),
            ["Practices"] = Join(issue.Practices),
            ["Ranges"] = issue.Ranges,
            [Origin] = origin.OfIssue(issue),
            ["Enqueued"] = issue.Enqueued,
            ["StartedOn"] = issue.StartedOn,
            ["Receipt"] = issue.Receipt,
            ["Decision"] = "",
            ["Help"] = "",
        };
        issue.Count.WriteTo(row, "Candidates");
        if (issue.ClosedOn is { } closedOn)
            row["ClosedOn"] = closedOn;

        if (await storage.Digests.TryInsertAsync(row, cancellationToken) is not null)
            return true;

        var existing = await storage.Digests.FindAsync(issue.Topic, issue.Name, cancellationToken);
        return existing is not null && Read(existing) is null
            && await storage.Digests.TryReplaceAsync(row, existing.ETag, cancellationToken) is not null;
    }

    /// <summary>Null if there is none, or the app did not make the row.</summary>
    public async Task<DigestIssue?> FindAsync(TopicId topic, IssueName issue, CancellationToken cancellationToken)
    {
        var row = await storage.Digests.FindAsync(topic, issue, cancellationToken);
        return row is null ? null : Read(row);
    }

    /// <summary>Issues that are not closed, oldest first.</summary>
    public async Task<IReadOnlyList<DigestIssue>> OpenAsync(TopicId topic, CancellationToken cancellationToken) =>
    [
        .. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and not (Status eq 'Closed')"), cancellationToken))
            .Where(issue => issue.Status != IssueStatus.Closed),
    ];

    /// <summary>Rows that are not closed, have unknown recipients or were changed since a server time; oldest first.</summary>
    public async Task<IReadOnlyList<IssueRow>> RowsToSweepAsync(
        TopicId topic, DateTimeOffset since, CancellationToken cancellationToken)
    {
        List<IssueRow> rows = [];
        // A comparison with a missing column is false, and "not" makes it true.
        var filter = TableFilter.And(
            TableFilter.Of($"PartitionKey eq {topic.Value}"),
            TableFilter.Of($"not (Status eq 'Closed') or not (StatusApplied eq 'Closed') or Unknown gt 0 or Timestamp ge {since}"));
        await foreach (var row in storage.Digests.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            rows.Add(ReadRow(row));
        return rows;
    }

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

    public async Task SetEnqueuedAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (await storage.Digests.TryMergeAsync(Enqueued(issue), issue.ETag, cancellationToken) is null)
            await storage.Digests.ChangeAsync(
                issue.Topic, issue.Name, row => row is not null && Read(row) is { Enqueued: false } current ? Enqueued(current) : null,
                cancellationToken);
    }

    /// <summary>Saves the figures, receipt and status. False if the row was changed meanwhile.</summary>
    public async Task<bool> TrySetLedgerAsync(
        DigestIssue issue, IssueStatus status, LedgerState ledger, bool isRequeued, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = status.ToString(),
            [StatusApplied] = status.ToString(),
            ["Receipt"] = ledger.Receipt,
            ["Claimed"] = ledger.Claimed,
        };
        ledger.Count.WriteTo(row, "Candidates");
        if (status == IssueStatus.Closed)
        {
            row["ClosedOn"] = now;
            row[Origin] = origin.OfIssue(issue with { ClosedOn = now, Count = ledger.Count, Receipt = ledger.Receipt });
            row["Help"] = issue.Help == AdminTexts.NothingToDecide ? issue.Help : "";
        }

        if (status == IssueStatus.Held && ledger.Flaw is not null)
            row["Help"] = AdminTexts.IssueStopped(ledger.Flaw);

        if (isRequeued)
            row["RevivedOn"] = now;
        return await storage.Digests.TryMergeAsync(row, issue.ETag, cancellationToken) is not null;
    }

    /// <summary>Writes the status, the help and what Origin says. Null if the row was changed meanwhile.</summary>
    /// <param name="practices">Replaces the column Practices, unless it is empty.</param>
    public async Task<DigestIssue?> TryCorrectAsync(
        DigestIssue issue, IReadOnlyList<Reference> practices, string help, CancellationToken cancellationToken)
    {
        var row = new TableEntity(issue.Topic, issue.Name)
        {
            ["Status"] = issue.Status.ToString(),
            [StatusApplied] = issue.Status.ToString(),
            ["Ranges"] = issue.Ranges,
            ["Enqueued"] = issue.Enqueued,
            ["StartedOn"] = issue.StartedOn,
            ["ClosedOn"] = issue.ClosedOn is { } closedOn ? closedOn : "",
            ["Help"] = help,
        };
        if (practices.Count > 0)
            row["Practices"] = Join(practices);
        return await storage.Digests.TryMergeAsync(row, issue.ETag, cancellationToken) is { } etag
            ? issue with { Practices = practices.Count > 0 ? practices : issue.Practices, Help = help, ETag = etag }
            : null;
    }

    /// <summary>Shows the admin a sentence in a row that the app did not make, and changes nothing else.</summary>
    public Task ExplainAsync(IssueRow row, string help, CancellationToken cancellationToken) => storage.Digests.TryMergeAsync(
        new TableEntity(row.Topic, row.Key) { ["Help"] = help }, row.ETag, cancellationToken);

    public Task ClearDecisionAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Decision"] = "" }, ETag.All, cancellationToken);

    /// <summary>Closed issues that still have recipients, including issues of topics that are not in the settings.</summary>
    public async IAsyncEnumerable<DigestIssue> ClosedWithRecipientsAsync(
        DateTimeOffset closedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["PartitionKey", "RowKey", "Status", StatusApplied, Origin, "Candidates", "Unknown", CleanedOn];
        await foreach (var row in storage.Digests.QueryAsync<TableEntity>(select: columns, cancellationToken: cancellationToken))
            if (Read(row) is { Status: IssueStatus.Closed, Count.Unknown: 0, ClosedOn: { } closedOn } issue && closedOn < closedBefore
                // An issue that was opened and closed again has new deliveries.
                && !(row.Time(CleanedOn) > closedOn))
                yield return issue;
    }

    public async Task<bool> TryMarkCleanedAsync(DigestIssue issue, DateTimeOffset now, CancellationToken cancellationToken) =>
        await storage.Digests.TryMergeAsync(
            new TableEntity(issue.Topic, issue.Name) { [CleanedOn] = now }, issue.ETag, cancellationToken) is not null;

    /// <summary>Deletes an issue, unless another process has changed or deleted it. The next run handles a changed one.</summary>
    public Task RemoveAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryDeleteAsync(issue.Topic, issue.Name, issue.ETag, cancellationToken);

    /// <summary>Stops an issue that is read from a backup, unless it was settled.</summary>
    internal static void HoldUnsettled(TableEntity row, string help)
    {
        if (row.Number("Unknown") is null or 0
            && (Review(row, row.Time("ClosedOn") is not null, isEmpty: false).Status == IssueStatus.Closed
                || IssueStatusWord.Read(row.Text("Status")) is IssueStatus.Closed or IssueStatus.Held))
            return;

        row["Status"] = row[StatusApplied] = nameof(IssueStatus.Held);
        row["Help"] = help;
    }

    private async Task<IReadOnlyList<DigestIssue>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        List<DigestIssue> issues = [];
        await foreach (var row in storage.Digests.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            if (Read(row) is { } issue)
                issues.Add(issue);
        return issues;
    }

    private static string Join(IReadOnlyList<Reference> practices) => string.Join(' ', practices);

    private TableEntity Enqueued(DigestIssue issue) =>
        new(issue.Topic, issue.Name) { ["Enqueued"] = true, [Origin] = origin.OfIssue(issue with { Enqueued = true }) };

    private IssueRow ReadRow(TableEntity row)
    {
        var issue = Read(row);
        var isCorrect = issue is not null && row.Text("Status") == issue.Status.ToString() && row.Text(StatusApplied) == row.Text("Status")
            && row.Number("Ranges") == issue.Ranges && row.Flag("Enqueued") == issue.Enqueued
            && row.Time("StartedOn") == issue.StartedOn && row.Time("ClosedOn") == issue.ClosedOn;
        var review = issue is null ? null : Review(row, issue.ClosedOn is not null, issue.IsEmpty);
        return new IssueRow(row.PartitionKey, row.RowKey, row.Text("Help"), row.ETag, issue, review, isCorrect);
    }

    private static IssueReview Review(TableEntity row, bool wasClosed, bool isEmpty) =>
        IssueReview.Of(row.Text("Status"), row.Word<IssueStatus>(StatusApplied), wasClosed, isEmpty);

    private DigestIssue? Read(TableEntity row)
    {
        if (origin.ReadIssue(row.PartitionKey, row.RowKey, row.Text(Origin)) is not { } made)
            return null;

        var words = row.Text("Practices").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Reference[] practices =
            [.. words.Select(text => Reference.TryParse(text, out var reference) ? reference : null).OfType<Reference>()];
        var (count, receipt) = (DeliveryCount.Read(row, "Candidates"), row.Text("Receipt"));
        var isEmpty = !made.HasPractices && count.Candidates == 0;
        var status = Review(row, made.ClosedOn is not null, isEmpty).Status;
        return new DigestIssue
        {
            Topic = row.PartitionKey,
            Name = row.RowKey,
            Status = status,
            IsEmpty = isEmpty,
            Practices = practices,
            HadPractices = made.HasPractices,
            HasUnreadablePractices = practices.Length < words.Length || words.Length == 0 && made.HasPractices,
            Ranges = made.Ranges,
            Enqueued = made.IsEnqueued,
            StartedOn = made.StartedOn,
            ClosedOn = made.ClosedOn,
            HasEditedFigures = status == IssueStatus.Closed && made.Figures != IssueOrigin.FiguresOf(count, receipt),
            RequeuedOn = row.Time("RevivedOn") ?? default,
            Count = count,
            Claimed = row.Text("Claimed"),
            Receipt = receipt,
            Decision = row.Text("Decision").Trim(),
            Help = row.Text("Help"),
            ETag = row.ETag,
        };
    }
}
