namespace Pipeline.Practices;

/// <summary>The table Practices: partition = topic, row = practice. Admins edit it, so every read is lenient.</summary>
public sealed class PracticeTable(PipelineStorage storage, TimeProvider time)
{
    private const string StatusApplied = PracticeReader.StatusApplied;

    private const string Published = nameof(PracticeStatus.Published);

    private static readonly string[] PublicColumns =
    [
        "PartitionKey", "RowKey", "Timestamp", "Status", StatusApplied, "Title", "Summary", "Honorific", "Submitter", "Organisation",
        "Country", "Link", "SubmittedOn", "PublishedOn", "DigestIssue",
    ];

    /// <summary>Inserts the practice. False if it already exists.</summary>
    public async Task<bool> AddAsync(Practice practice, CancellationToken cancellationToken)
    {
        var row = new TableEntity(practice.Topic, practice.Reference.ToString())
        {
            ["Status"] = practice.Status.ToString(),
            [StatusApplied] = practice.Status.ToString(),
            ["Help"] = practice.Status == PracticeStatus.Pending ? AdminTexts.PracticePending : "",
            ["StatusTold"] = "",
            ["Title"] = practice.Title,
            ["Summary"] = practice.Summary,
            ["Honorific"] = practice.Honorific,
            ["Submitter"] = practice.Submitter,
            ["Email"] = practice.Email,
            ["Organisation"] = practice.Organisation,
            ["Country"] = practice.Country,
            ["Link"] = practice.Link,
            ["Language"] = practice.Language.Code,
            ["SubmittedOn"] = practice.SubmittedOn,
            ["DigestIssue"] = practice.DigestIssue,
        };
        if (practice.PublishedOn is { } publishedOn)
            row["PublishedOn"] = publishedOn;
        if (practice.Trace.Length > 0)
            row["Trace"] = practice.Trace;

        return await storage.Practices.TryInsertAsync(row, cancellationToken) is not null;
    }

    public async Task<Practice?> FindAsync(TopicId topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Practices.FindAsync(topic, reference.ToString(), cancellationToken);
        return row is null ? null : Read(row);
    }

    public Task<IReadOnlyList<PracticeRow>> PublishedAsync(TopicId topic, CancellationToken cancellationToken) =>
        QueryRowsAsync(PublishedFilter(topic), cancellationToken);

    /// <summary>The row keys of all rows that <see cref="PublishedAsync"/> reads.</summary>
    public async Task<IReadOnlySet<string>> PublishedKeysAsync(TopicId topic, CancellationToken cancellationToken) =>
        await storage.Practices.QueryAsync<TableEntity>(PublishedFilter(topic), select: ["RowKey"], cancellationToken: cancellationToken)
            .Select(row => row.RowKey).ToHashSetAsync(cancellationToken: cancellationToken);

    /// <summary>Rows of any status, modified at this server time or later.</summary>
    public Task<IReadOnlyList<PracticeRow>> ModifiedSinceAsync(TopicId topic, DateTimeOffset time, CancellationToken cancellationToken) =>
        QueryRowsAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Timestamp ge {time}"), cancellationToken);

    /// <summary>Published practices in no issue, in the order of their publication.</summary>
    public async Task<IReadOnlyList<Practice>> UnassignedAsync(TopicId topic, CancellationToken cancellationToken) =>
        // A filter on DigestIssue does not match rows without that column.
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Status eq {Published}"), cancellationToken))
            .Where(practice => practice.IsMailable && practice.DigestIssue.Length == 0)
            .OrderByDescending(PracticeCursor.Of, Comparer<PracticeCursor>.Create(PracticeCursor.Compare))];

    /// <summary>Assigns the practice to the issue. False if it belongs to another issue. Idempotent.</summary>
    public async Task<bool> TryAssignAsync(TopicId topic, Reference reference, IssueName issue, CancellationToken cancellationToken)
    {
        var isAssigned = false;
        await storage.Practices.ChangeAsync(
            topic, reference.ToString(),
            row =>
            {
                var assigned = row is null ? null : TextCleaner.TrimInvisible(row.Text("DigestIssue"));
                isAssigned = row is not null && (assigned!.Length == 0 || assigned == issue);
                return assigned is "" ? new TableEntity { ["DigestIssue"] = issue.Value } : null;
            },
            cancellationToken, "PartitionKey", "RowKey", "DigestIssue");
        return isAssigned;
    }

    /// <summary>Judges the rows that changed since the last look, and acts on the results that are not null.</summary>
    /// <param name="topic">Null for all rows, including those of unknown topics.</param>
    public Task LookAtChangesAsync(
        ChangedRows changes, TopicId? topic, Func<TableEntity, PracticeUpdate?> judge, Func<PracticeUpdate, Task> act,
        CancellationToken cancellationToken) => changes.LookAsync(
            storage.Practices, topic is { } only ? TableFilter.Of($"PartitionKey eq {only.Value}") : null, null, judge, act,
            cancellationToken);

    /// <summary>Writes an update. If the row changed meanwhile, writes only if a new look would give the same update.</summary>
    public async Task<bool> TryUpdateAsync(
        PracticeUpdate update, Func<TableEntity, PracticeUpdate?> judge, CancellationToken cancellationToken)
    {
        if (await storage.Practices.TryMergeAsync(update.Columns, update.ETag, cancellationToken) is not null)
            return true;

        // The usual reason is that the mail to the submitter wrote StatusTold. The next look handles other changes.
        return await storage.Practices.ChangeAsync(
            update.Columns.PartitionKey, update.Columns.RowKey,
            row => row is not null && judge(row) is { } again && again.Applied == update.Applied
                && (again.Announced is null || again.Announced == update.Announced) ? again.Columns : null,
            cancellationToken) == RowChange.Written;
    }

    /// <summary>Claims the notification of a status for one mail. False if another mail has it or the submitter was notified.</summary>
    /// <remarks>True again for the mail that claimed it: the process may have died before the mail was sent.</remarks>
    public async Task<bool> TryClaimNotificationAsync(
        TopicId topic, Reference reference, string status, string mail, CancellationToken cancellationToken)
    {
        var claim = $"{status} {mail}";
        var isClaimed = false;
        await storage.Practices.ChangeAsync(
            topic, reference.ToString(),
            row =>
            {
                var told = row?.Text("StatusTold") ?? status;
                isClaimed = told == claim;
                if (isClaimed || told == status || told.StartsWith($"{status} ", StringComparison.Ordinal))
                    return null;

                isClaimed = true;
                var columns = new TableEntity { ["StatusTold"] = claim };
                // The sweep that queued the mail may not have set it yet, and this write changes the row's timestamp.
                if (Read(row!) is { LacksPublishedOn: true } practice)
                    columns["PublishedOn"] = practice.EditedOn;
                return columns;
            },
            cancellationToken, "PartitionKey", "RowKey", "Timestamp", "Status", StatusApplied, "PublishedOn", "StatusTold");
        return isClaimed;
    }

    public Task SetNotifiedAsync(TopicId topic, Reference reference, string status, CancellationToken cancellationToken) =>
        storage.Practices.TryMergeAsync(
            new TableEntity(topic, reference.ToString()) { ["StatusTold"] = status }, ETag.All, cancellationToken);

    private async Task<List<Practice>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        List<Practice> practices = [];
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            if (Read(row) is { } practice)
                practices.Add(practice);
        return practices;
    }

    private async Task<IReadOnlyList<PracticeRow>> QueryRowsAsync(string filter, CancellationToken cancellationToken)
    {
        List<PracticeRow> practices = [];
        var rows = storage.Practices.QueryAsync<TableEntity>(filter, select: PublicColumns, cancellationToken: cancellationToken);
        await foreach (var row in rows)
            if (Read(row) is { } practice)
                practices.Add(new PracticeRow(
                    row.RowKey, row.Timestamp ?? default,
                    practice.IsListed && (row.Text("Status") == Published || row.Text(StatusApplied) == Published), practice));
        return practices;
    }

    // A status that is not understood leaves a practice published.
    private static string PublishedFilter(TopicId topic) => TableFilter.And(
        TableFilter.Of($"PartitionKey eq {topic.Value}"), $"Status eq '{Published}' or {StatusApplied} eq '{Published}'");

    private Practice? Read(TableEntity row) => PracticeReader.Read(row, time.GetUtcNow());
}
