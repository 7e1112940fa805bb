using Azure;
using Azure.Data.Tables;
using Pipeline.Storage;

namespace Pipeline.Practices;

/// <summary>The table Practices: a partition a topic, a row a practice. Admins edit it, so every read forgives.</summary>
public sealed class PracticeTable(PipelineStorage storage)
{
    private const string PendingHelp = "Type Published or Declined in Status.";

    // What the sweep has acted upon; it differs from Status from the moment an admin types until the next sweep.
    private const string StatusApplied = "StatusApplied";

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
            ["SubmittedOn"] = practice.SubmittedOn,
            ["DigestIssue"] = practice.DigestIssue,
        };
        if (practice.PublishedOn is { } publishedOn)
            row["PublishedOn"] = publishedOn;

        try
        {
            await storage.Practices.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            return false;
        }
    }

    public async Task<Practice?> FindAsync(string topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Practices.GetEntityIfExistsAsync<TableEntity>(topic, reference.ToString(), cancellationToken: cancellationToken);
        return row.HasValue ? Read(row.Value!) : null;
    }

    /// <summary>All that readers may see, newest first.</summary>
    public async Task<IReadOnlyList<Practice>> PublishedAsync(string topic, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic} and Status eq 'Published'"), cancellationToken))
            .OrderByDescending(practice => practice.PublishedOn ?? DateTimeOffset.MaxValue).ThenBy(practice => practice.Reference.ToString(), StringComparer.Ordinal)];

    /// <summary>What is published and in no issue yet, oldest first.</summary>
    public async Task<IReadOnlyList<Practice>> NotInAnIssueAsync(string topic, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(
            TableFilter.Of($"PartitionKey eq {topic} and Status eq 'Published' and DigestIssue eq ''"), cancellationToken))
            .OrderBy(practice => practice.PublishedOn).ThenBy(practice => practice.Reference.ToString(), StringComparer.Ordinal)];

    /// <summary>
    /// Gives the practice to the issue unless it belongs to another one. Says whether it belongs to this issue now;
    /// asking again changes nothing.
    /// </summary>
    public async Task<bool> TryAssignAsync(string topic, Reference reference, string issue, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await storage.Practices.GetEntityIfExistsAsync<TableEntity>(
                topic, reference.ToString(), ["PartitionKey", "RowKey", "DigestIssue"], cancellationToken);
            if (!found.HasValue)
                return false;

            var holder = found.Value!.GetString("DigestIssue") ?? "";
            if (holder.Length > 0)
                return holder == issue;

            if (await TryMergeAsync(new TableEntity(topic, reference.ToString()) { ["DigestIssue"] = issue }, found.Value.ETag, cancellationToken))
                return true;
        }
    }

    /// <summary>The practices of a topic whose Status an admin has changed since it was last acted upon.</summary>
    public async Task<IReadOnlyList<StatusChange>> StatusChangesAsync(string topic, CancellationToken cancellationToken)
    {
        List<StatusChange> changes = [];
        var acted = TableFilter.And(
            TableFilter.Of($"PartitionKey eq {topic}"),
            "Status ne 'Pending' or StatusApplied ne 'Pending'",
            "Status ne 'Published' or StatusApplied ne 'Published'",
            "Status ne 'Declined' or StatusApplied ne 'Declined'");
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(acted, cancellationToken: cancellationToken))
            changes.Add(new StatusChange(row.GetString("Status") ?? "", row.GetString("StatusHelp") ?? "", Read(row), row.ETag));
        return changes;
    }

    /// <summary>Writes what the sweep made of an admin's word. False where the row changed meanwhile; the next sweep sees it again.</summary>
    public Task<bool> TryApplyAsync(StatusChange change, PracticeStatus status, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = Key(change.Practice);
        row["Status"] = status.ToString();
        row[StatusApplied] = status.ToString();
        row["StatusHelp"] = status == PracticeStatus.Pending ? PendingHelp : "";
        if (status == PracticeStatus.Published && change.Practice.PublishedOn is null)
            row["PublishedOn"] = now;
        return TryMergeAsync(row, change.ETag, cancellationToken);
    }

    /// <summary>Tells the admin, in the row, what was not understood.</summary>
    public Task<bool> TryExplainAsync(StatusChange change, string help, CancellationToken cancellationToken)
    {
        var row = Key(change.Practice);
        row["StatusHelp"] = help;
        return TryMergeAsync(row, change.ETag, cancellationToken);
    }

    /// <summary>The status that the submitter was last told by mail; empty if none.</summary>
    public async Task<string> ToldAsync(string topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Practices.GetEntityIfExistsAsync<TableEntity>(topic, reference.ToString(), ["StatusTold"], cancellationToken);
        return row.HasValue ? row.Value!.GetString("StatusTold") ?? "" : "";
    }

    public Task SetToldAsync(string topic, Reference reference, string status, CancellationToken cancellationToken) =>
        TryMergeAsync(new TableEntity(topic, reference.ToString()) { ["StatusTold"] = status }, ETag.All, cancellationToken);

    private async Task<List<Practice>> QueryAsync(string filter, CancellationToken cancellationToken)
    {
        List<Practice> practices = [];
        await foreach (var row in storage.Practices.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            practices.Add(Read(row));
        return practices;
    }

    private async Task<bool> TryMergeAsync(TableEntity row, ETag ifMatch, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Practices.UpdateEntityAsync(row, ifMatch, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    private static TableEntity Key(Practice practice) => new(practice.Topic, practice.Reference.ToString());

    private static Practice Read(TableEntity row) => new(
        row.PartitionKey,
        // A row that an admin made by hand may have any key; it is shown under the reference of that key.
        Reference.TryParse(row.RowKey, out var reference) ? reference : Reference.Of(row.RowKey),
        PracticeStatusWord.Read(row.GetString("Status")) ?? PracticeStatus.Pending,
        row.GetString("Title") ?? "", row.GetString("Summary") ?? "", row.GetString("Honorific") ?? "", row.GetString("Submitter") ?? "",
        row.GetString("Email") ?? "", row.GetString("Organisation") ?? "", row.GetString("Country") ?? "", row.GetString("Link") ?? "",
        Time(row, "SubmittedOn") ?? row.Timestamp ?? default, Time(row, "PublishedOn"), row.GetString("DigestIssue") ?? "");

    // An admin who retypes a date in Storage Explorer may turn its column into text.
    private static DateTimeOffset? Time(TableEntity row, string column) => row.TryGetValue(column, out var value) ? value switch
    {
        DateTimeOffset time => time,
        string text when DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    } : null;
}
