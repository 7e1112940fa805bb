using Azure;
using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>The table Practices: a partition a topic, a row a practice. Admins edit it, so every read forgives.</summary>
public sealed class PracticeTable(PipelineStorage storage)
{
    private const string PendingHelp = "Type Published or Declined in Status.";

    // What the sweep has acted upon; it differs from Status from the moment an admin types until the next sweep.
    private const string StatusApplied = "StatusApplied";

    private const string Published = nameof(PracticeStatus.Published);

    private static readonly string[] Shown =
    [
        "PartitionKey", "RowKey", "Timestamp", "Status", "Title", "Summary", "Honorific", "Submitter", "Organisation", "Country", "Link", "SubmittedOn",
        "PublishedOn", "DigestIssue",
    ];

    /// <summary>Inserts it. False where it is there already, which is just as well.</summary>
    public async Task<bool> AddAsync(Practice practice, CancellationToken cancellationToken)
    {
        var row = new TableEntity(practice.Topic, practice.Reference.ToString())
        {
            ["Status"] = practice.Status.ToString(),
            [StatusApplied] = practice.Status.ToString(),
            ["StatusHelp"] = practice.Status == PracticeStatus.Pending ? PendingHelp : "",
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

    /// <summary>All that readers may see.</summary>
    public Task<IReadOnlyList<PracticeRow>> PublishedAsync(TopicId topic, CancellationToken cancellationToken) =>
        StampedAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Status eq {Published}"), cancellationToken);

    /// <summary>What was written at this time, by the server's clock, or later: published or not.</summary>
    public Task<IReadOnlyList<PracticeRow>> WrittenSinceAsync(TopicId topic, DateTimeOffset time, CancellationToken cancellationToken) =>
        StampedAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Timestamp ge {time}"), cancellationToken);

    /// <summary>What is published and in no issue yet, oldest first.</summary>
    public async Task<IReadOnlyList<Practice>> NotInAnIssueAsync(TopicId topic, CancellationToken cancellationToken) =>
        // A filter finds no row that lacks the column DigestIssue, which is a row in no issue as well.
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic.Value} and Status eq {Published}"), cancellationToken))
            .Where(practice => string.IsNullOrWhiteSpace(practice.DigestIssue))
            .OrderBy(practice => practice.PublishedOn).ThenBy(practice => practice.Reference.ToString(), StringComparer.Ordinal)];

    /// <summary>
    /// Gives the practice to the issue unless it belongs to another one. Says whether it belongs to this issue now;
    /// asking again changes nothing.
    /// </summary>
    public async Task<bool> TryAssignAsync(TopicId topic, Reference reference, IssueName issue, CancellationToken cancellationToken)
    {
        var isMine = false;
        await storage.Practices.ChangeAsync(
            topic, reference.ToString(),
            row =>
            {
                var holder = row?.Text("DigestIssue").Trim();
                isMine = row is not null && (holder!.Length == 0 || holder == issue);
                return holder is "" ? new TableEntity { ["DigestIssue"] = issue.Value } : null;
            },
            cancellationToken, "PartitionKey", "RowKey", "DigestIssue");
        return isMine;
    }

    /// <summary>The practices of a topic whose Status an admin has changed since it was last acted upon.</summary>
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

    /// <summary>Writes what the sweep made of an admin's word. False where that is done already, or the word is another one meanwhile.</summary>
    public async Task<bool> TryApplyAsync(StatusChange change, PracticeStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = Key(change.Practice);
        row["Status"] = status.ToString();
        row[StatusApplied] = status.ToString();
        row["StatusHelp"] = status == PracticeStatus.Pending ? PendingHelp : "";
        if (status == PracticeStatus.Published && change.Practice.PublishedOn is null)
            row["PublishedOn"] = now;

        if (await storage.Practices.TryMergeAsync(row, change.ETag, cancellationToken) is not null)
            return true;

        // Often it is only the mail to the submitter that has written itself down.
        return await storage.Practices.ChangeAsync(
            row.PartitionKey, row.RowKey,
            found => found?.Text("Status") == change.Typed && found.Text(StatusApplied) != status.ToString() ? row : null,
            cancellationToken, "PartitionKey", "RowKey", "Status", StatusApplied) == RowChange.Written;
    }

    /// <summary>Tells the admin, in the row, what was not understood.</summary>
    public Task ExplainAsync(StatusChange change, string help, CancellationToken cancellationToken)
    {
        var row = Key(change.Practice);
        row["StatusHelp"] = help;
        return storage.Practices.TryMergeAsync(row, change.ETag, cancellationToken);
    }

    /// <summary>
    /// Takes it upon one mail to tell the submitter this status. True for the mail that has done so, however often it asks, as it
    /// may have died before it was sent; false for any other one, and for all of them once the submitter was told.
    /// </summary>
    /// <param name="mail">Tells the mails apart.</param>
    public async Task<bool> TryClaimTellingAsync(TopicId topic, Reference reference, string status, string mail, CancellationToken cancellationToken)
    {
        var claim = $"{status} {mail}";
        var isMine = false;
        await storage.Practices.ChangeAsync(
            topic, reference.ToString(),
            row =>
            {
                var told = row?.Text("StatusTold") ?? status;
                isMine = told == claim;
                if (isMine || told == status || told.StartsWith($"{status} ", StringComparison.Ordinal))
                    return null;

                isMine = true;
                return new TableEntity { ["StatusTold"] = claim };
            },
            cancellationToken, "PartitionKey", "RowKey", "StatusTold");
        return isMine;
    }

    /// <summary>The submitter was told, by the mail that had claimed to do so.</summary>
    public Task SetToldAsync(TopicId topic, Reference reference, string status, CancellationToken cancellationToken) =>
        storage.Practices.TryMergeAsync(new TableEntity(topic, reference.ToString()) { ["StatusTold"] = status }, ETag.All, cancellationToken);

    private async Task<List<Practice>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        List<Practice> practices = [];
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            practices.Add(Read(row));
        return practices;
    }

    private async Task<IReadOnlyList<PracticeRow>> StampedAsync(string filter, CancellationToken cancellationToken)
    {
        List<PracticeRow> practices = [];
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(filter, select: Shown, cancellationToken: cancellationToken))
            practices.Add(new PracticeRow(row.RowKey, row.Timestamp ?? default, row.Text("Status") == Published, Read(row)));
        return practices;
    }

    private static TableEntity Key(Practice practice) => new(practice.Topic, practice.Reference.ToString());

    private static Practice Read(TableEntity row) => new()
    {
        Topic = row.PartitionKey,
        // A row that an admin made by hand may have any key; it is shown under the reference of that key.
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
