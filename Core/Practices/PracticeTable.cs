
namespace Pipeline.Practices;

/// <summary>The table Practices: partition = topic, row = practice. Admins edit it, so every read is lenient.</summary>
public sealed class PracticeTable(PipelineStorage storage)
{
    // The status that a sweep last processed. It differs from Status between an admin's edit and the next sweep.
    private const string StatusApplied = "StatusApplied";

    private const string Published = nameof(PracticeStatus.Published);

    private static readonly string[] PublicColumns =
    [
        "PartitionKey", "RowKey", "Timestamp", "Status", "Title", "Summary", "Honorific", "Submitter", "Organisation", "Country", "Link",
        "SubmittedOn", "PublishedOn", "DigestIssue",
    ];

    /// <summary>Inserts the practice. False if it already exists.</summary>
    public async Task<bool> AddAsync(Practice practice, CancellationToken cancellationToken)
    {
        var row = new TableEntity(practice.Topic, practice.Reference.ToString())
        {
            ["Status"] = practice.Status.ToString(),
            [StatusApplied] = practice.Status.ToString(),
            ["StatusHelp"] = practice.Status == PracticeStatus.Pending ? AdminTexts.PracticePending : "",
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
        QueryRowsAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Status eq {Published}"), cancellationToken);

    /// <summary>Rows of any status, modified at this server time or later.</summary>
    public Task<IReadOnlyList<PracticeRow>> ModifiedSinceAsync(TopicId topic, DateTimeOffset time, CancellationToken cancellationToken) =>
        QueryRowsAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Timestamp ge {time}"), cancellationToken);

    /// <summary>Published practices in no issue, oldest first.</summary>
    public async Task<IReadOnlyList<Practice>> UnassignedAsync(TopicId topic, CancellationToken cancellationToken) =>
        // A filter on DigestIssue does not match rows without that column.
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Status eq {Published}"), cancellationToken))
            .Where(practice => string.IsNullOrWhiteSpace(practice.DigestIssue))
            .OrderBy(practice => practice.PublishedOn).ThenBy(practice => practice.Reference.ToString(), StringComparer.Ordinal)];

    /// <summary>Assigns the practice to the issue. False if it belongs to another issue. Idempotent.</summary>
    public async Task<bool> TryAssignAsync(TopicId topic, Reference reference, IssueName issue, CancellationToken cancellationToken)
    {
        var isAssigned = false;
        await storage.Practices.ChangeAsync(
            topic, reference.ToString(),
            row =>
            {
                var assigned = row?.Text("DigestIssue").Trim();
                isAssigned = row is not null && (assigned!.Length == 0 || assigned == issue);
                return assigned is "" ? new TableEntity { ["DigestIssue"] = issue.Value } : null;
            },
            cancellationToken, "PartitionKey", "RowKey", "DigestIssue");
        return isAssigned;
    }

    /// <summary>Practices whose Status differs from the status that was last processed.</summary>
    public async Task<IReadOnlyList<StatusChange>> StatusChangesAsync(TopicId topic, CancellationToken cancellationToken)
    {
        List<StatusChange> changes = [];
        var acted = TableFilter.And(
            TableFilter.Of($"PartitionKey eq {topic.Value}"),
            "Status ne 'Pending' or StatusApplied ne 'Pending'",
            "Status ne 'Published' or StatusApplied ne 'Published'",
            "Status ne 'Declined' or StatusApplied ne 'Declined'");
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(acted, cancellationToken: cancellationToken))
            changes.Add(new StatusChange(row.Text("Status"), row.Text("StatusHelp"), Read(row), row.ETag));
        return changes;
    }

    /// <summary>Writes a processed status. False if it is already written or Status changed again.</summary>
    public async Task<bool> TryApplyAsync(
        StatusChange change, PracticeStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = Key(change.Practice);
        row["Status"] = status.ToString();
        row[StatusApplied] = status.ToString();
        row["StatusHelp"] = status == PracticeStatus.Pending ? AdminTexts.PracticePending : "";
        if (status == PracticeStatus.Published && change.Practice.PublishedOn is null)
            row["PublishedOn"] = now;

        if (await storage.Practices.TryMergeAsync(row, change.ETag, cancellationToken) is not null)
            return true;

        // The usual reason is that the mail to the submitter wrote StatusTold.
        return await storage.Practices.ChangeAsync(
            row.PartitionKey, row.RowKey,
            found => found?.Text("Status") == change.Typed && found.Text(StatusApplied) != status.ToString() ? row : null,
            cancellationToken, "PartitionKey", "RowKey", "Status", StatusApplied) == RowChange.Written;
    }

    public Task ExplainAsync(StatusChange change, string help, CancellationToken cancellationToken)
    {
        var row = Key(change.Practice);
        row["StatusHelp"] = help;
        return storage.Practices.TryMergeAsync(row, change.ETag, cancellationToken);
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
                return new TableEntity { ["StatusTold"] = claim };
            },
            cancellationToken, "PartitionKey", "RowKey", "StatusTold");
        return isClaimed;
    }

    public Task SetNotifiedAsync(TopicId topic, Reference reference, string status, CancellationToken cancellationToken) =>
        storage.Practices.TryMergeAsync(
            new TableEntity(topic, reference.ToString()) { ["StatusTold"] = status }, ETag.All, cancellationToken);

    private async Task<List<Practice>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        List<Practice> practices = [];
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            practices.Add(Read(row));
        return practices;
    }

    private async Task<IReadOnlyList<PracticeRow>> QueryRowsAsync(string filter, CancellationToken cancellationToken)
    {
        List<PracticeRow> practices = [];
        var rows = storage.Practices.QueryAsync<TableEntity>(filter, select: PublicColumns, cancellationToken: cancellationToken);
        await foreach (var row in rows)
            practices.Add(new PracticeRow(row.RowKey, row.Timestamp ?? default, row.Text("Status") == Published, Read(row)));
        return practices;
    }

    private static TableEntity Key(Practice practice) => new(practice.Topic, practice.Reference.ToString());

    private static Practice Read(TableEntity row) => new()
    {
        Topic = row.PartitionKey,
        // A row made by an admin may have any key; its reference is derived from the key.
        Reference = Reference.TryParse(row.RowKey, out var reference) ? reference : Reference.Of(row.RowKey),
        Status = PracticeStatusWord.Read(row.Text("Status")) ?? PracticeStatus.Pending,
        Title = row.Text("Title"),
        Summary = row.Text("Summary"),
        Honorific = row.Text("Honorific"),
        Submitter = row.Text("Submitter"),
        Email = row.Text("Email"),
        Organisation = row.Text("Organisation"),
        Country = row.Text("Country"),
        Link = row.Text("Link"),
        SubmittedOn = row.Time("SubmittedOn") ?? row.Timestamp ?? default,
        PublishedOn = row.Time("PublishedOn"),
        DigestIssue = row.Text("DigestIssue"),
        Language = Language.Find(row.Text("Language")) ?? Language.English,
        Trace = row.Text("Trace"),
    };
}
