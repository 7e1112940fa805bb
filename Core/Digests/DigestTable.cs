using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Pipeline.Practices;
using Pipeline.Storage;

namespace Pipeline.Digests;

/// <summary>The table Digests: a partition a topic, a row an issue.</summary>
public sealed class DigestTable(PipelineStorage storage)
{
    /// <summary>A reference and a space take 17 characters, and a column holds 32 Ki of them; the rest waits for the next issue.</summary>
    public const int MostPractices = 1_500;

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

        try
        {
            await storage.Digests.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            return false;
        }
    }

    public async Task<DigestIssue?> FindAsync(string topic, string issue, CancellationToken cancellationToken)
    {
        var row = await storage.Digests.GetEntityIfExistsAsync<TableEntity>(topic, issue, cancellationToken: cancellationToken);
        return row.HasValue ? Read(row.Value!) : null;
    }

    /// <summary>Issues that are not closed, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> OpenAsync(string topic, CancellationToken cancellationToken) =>
        QueryAsync(TableFilter.Of($"PartitionKey eq {topic} and Status ne 'Closed'"), cancellationToken);

    /// <summary>Issues that are not closed, or are so with recipients of unknown outcome, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> UnfinishedAsync(string topic, CancellationToken cancellationToken) =>
        QueryAsync(TableFilter.And(TableFilter.Of($"PartitionKey eq {topic}"), "Status ne 'Closed' or Unknown gt 0"), cancellationToken);

    /// <summary>All issues, newest first.</summary>
    public async Task<IReadOnlyList<DigestIssue>> AllAsync(string topic, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(TableFilter.Of($"PartitionKey eq {topic}"), cancellationToken)).Reverse()];

    /// <summary>The issues of the last year and those that seem to lie in the future, oldest first.</summary>
    public Task<IReadOnlyList<DigestIssue>> RecentAsync(string topic, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now.AddDays(-366).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return QueryAsync(TableFilter.Of($"PartitionKey eq {topic} and RowKey ge {since}"), cancellationToken);
    }

    /// <summary>Writes down which practices the issue really got. False where somebody else changed the row meanwhile.</summary>
    public Task<bool> TrySetPracticesAsync(DigestIssue issue, IReadOnlyList<Reference> practices, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Practices"] = Join(practices) }, issue.ETag, cancellationToken);

    public Task SetEnqueuedAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Enqueued"] = true }, ETag.All, cancellationToken);

    /// <summary>Writes what the ledger adds up to. False where somebody else changed the row meanwhile.</summary>
    /// <param name="isRevived">Deliveries that seemed lost are about to be enqueued again.</param>
    public Task<bool> TrySetLedgerAsync(
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
        return storage.Digests.TryMergeAsync(row, issue.ETag, cancellationToken);
    }

    /// <summary>Tells the admin, in the row, what was not understood, and what the issue is taken for.</summary>
    public Task<bool> TryExplainAsync(DigestIssue issue, string help, CancellationToken cancellationToken) => storage.Digests.TryMergeAsync(
        new TableEntity(issue.Topic, issue.Name) { ["Status"] = issue.Status.ToString(), ["StatusHelp"] = help }, issue.ETag, cancellationToken);

    /// <summary>What an admin decided about the issue is done.</summary>
    public Task ForgetDecisionAsync(DigestIssue issue, CancellationToken cancellationToken) =>
        storage.Digests.TryMergeAsync(new TableEntity(issue.Topic, issue.Name) { ["Decision"] = "" }, ETag.All, cancellationToken);

    /// <summary>Takes back an issue that turned out to have nothing in it.</summary>
    public async Task RemoveAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Digests.DeleteEntityAsync(issue.Topic, issue.Name, issue.ETag, cancellationToken);
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            // Whoever was quicker came to the same conclusion, or to another one that the next run sees.
        }
    }

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
        return new DigestIssue(
            row.PartitionKey,
            row.RowKey,
            StatusOf(row),
            [.. row.Text("Practices").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(text => Reference.TryParse(text, out var reference) ? reference : null).OfType<Reference>()],
            Math.Max(1, row.Number("Ranges") ?? 1),
            row.Flag("Enqueued") ?? false,
            row.Time("StartedOn") ?? row.Timestamp ?? default,
            row.Time("ClosedOn"),
            row.Time("RevivedOn") ?? default,
            new DeliveryCount(
                row.Number("Candidates") ?? 0, row.Number("Sent") ?? 0, row.Number("Skipped") ?? 0, row.Number("Failed") ?? 0,
                row.Number("Unknown") ?? 0),
            row.Text("Receipt"),
            row.Text("Decision").Trim(),
            IssueStatusWord.Read(typed) is null ? typed.Trim() : "",
            row.ETag);
    }
}
