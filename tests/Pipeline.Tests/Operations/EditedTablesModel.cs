using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Practices;
using Pipeline.Storage;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Pipeline.Text;

namespace Pipeline.Tests.Operations;

/// <summary>What must hold after edits by hand, judged from the rows and mails alone.</summary>
/// <param name="start">The time of the first edit.</param>
internal sealed partial class EditedTablesModel(PipelineApp app, RandomEdits edits, DateTimeOffset start)
{
    private static readonly string[] PracticeStatuses = ["Pending", "Published", "Declined"];

    /// <summary>Sentences about what does not hold; empty if all is right.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        List<string> wrong = [];
        wrong.AddRange((await app.PracticesAsync()).Where(row => !IsExplained(row)).Select(row => $"Practices {row.RowKey} has no help."));
        wrong.AddRange((await app.RejectionsAsync()).Where(row => row.Columns.Text("Help").Length == 0)
            .Select(row => $"Rejections {row.RowKey} has no help."));
        var subscribers = await app.SubscribersAsync();
        wrong.AddRange(subscribers.Where(row => !IsExplained(row)).Select(row => $"Subscribers {row.RowKey} has no help."));
        var (issues, deliveries, mails) = (await app.IssuesAsync(), await app.DeliveriesAsync(), await app.DigestsAsync());
        var steady = subscribers.Where(row => !edits.IsTouched(row)).Select(row => row.Columns.Text("Email")).ToList();
        foreach (var issue in issues.Where(issue => issue.RowKey != DigestSteps.EarlierIssue && !IsForeign(issue)))
            wrong.AddRange(await ViolationsAsync(
                issue,
                [.. deliveries.Where(row => row.PartitionKey == $"{issue.PartitionKey}~{issue.RowKey}")],
                [.. mails.Where(mail => mail.Issue == $"{issue.PartitionKey}/{issue.RowKey}")],
                steady));
        wrong.AddRange(mails.GroupBy(mail => (mail.To, mail.Issue)).Where(same => same.Count() > 1)
            .Select(same => $"{same.Key.To} got {same.Key.Issue} {same.Count()} times."));
        return wrong;
    }

    /// <summary>Of the mails that were sent since: the practices in them that are not published.</summary>
    public async Task<IReadOnlyList<string>> UnpublishedAsync(IReadOnlyCollection<ReceivedMail> before)
    {
        var published = (await app.PracticesAsync())
            .Where(row => StatusOf(row) == PracticeStatus.Published).Select(row => row.RowKey).ToHashSet();
        return
        [
            .. (await app.DigestsAsync()).Skip(before.Count)
                .SelectMany(mail => PracticeLink().Matches(mail.Html).Select(match => match.Groups[1].Value))
                .Distinct().Where(reference => !published.Contains(reference))
                .Select(reference => $"Practice {reference} was mailed, but it is not published."),
        ];
    }

    private async Task<IReadOnlyList<string>> ViolationsAsync(
        StoredIssue issue, IReadOnlyList<StoredDelivery> deliveries, IReadOnlyList<ReceivedMail> mails, IReadOnlyList<string> steady)
    {
        List<string> wrong = [];
        var (status, help) = (issue.Columns.Text("Status"), issue.Columns.Text("Help"));
        if (status is not ("Closed" or "Held" or "Sending"))
            wrong.Add($"Digests {issue.RowKey} has the status {status}.");
        if (status == "Sending")
            wrong.Add($"Digests {issue.RowKey} is neither closed nor stopped: {issue.Columns.Text("Receipt")}");
        if (status == "Held" && help.Length == 0 && !edits.IsTouched(issue))
            wrong.Add($"Digests {issue.RowKey} is Held without help.");
        if (issue.Columns.Text("Decision").Trim().Length > 0 && help.Length == 0)
            wrong.Add($"Digests {issue.RowKey} has a decision without help.");
        if (status == "Closed")
        {
            var receipt = await app.ReceiptAsync(issue.RowKey);
            // Deliveries of a closed issue are not watched; the receipt shows that they were edited.
            if (!receipt.Verified && !deliveries.Any(edits.IsTouched) && !edits.HasDestroyedDelivery)
                wrong.Add($"Digests {issue.RowKey} is closed, but not verified: {issue.Columns.Text("Receipt")}");
            var count = DeliveryCount.Read(issue.Columns, "Candidates");
            if (!edits.HasDecided && count.Sent != mails.Count)
                wrong.Add($"Digests {issue.RowKey} says that {count.Sent} mails were sent, but there are {mails.Count}.");
            var missed = steady.Except(mails.Select(mail => mail.To)).ToList();
            if (mails.Count > 0 && !edits.HasDecided && missed.Count > count.Skipped + count.Failed + count.Unknown)
                wrong.Add($"{string.Join(", ", missed)} did not get {issue.RowKey}, and it says nothing about them.");
        }
        else
        {
            wrong.AddRange(deliveries.Where(row => !IsExplained(row)).Select(row => $"Deliveries {row.RowKey} has no help."));
        }

        return wrong;
    }

    private static bool IsForeign(StoredIssue issue) => issue.Columns.Text("Help") == AdminTexts.IssueNotOfApp;

    private static PracticeStatus? StatusOf(StoredRow row) =>
        PracticeStatusWord.Read(row.Columns.Text("Status")) ?? row.Columns.Word<PracticeStatus>("StatusApplied");

    private bool IsExplained(StoredPractice row)
    {
        var columns = row.Columns;
        return columns.Text("Help").Length > 0
            || Reference.TryParse(row.RowKey, out _)
            && PracticeStatuses.Contains(columns.Text("Status")) && columns.Text("StatusApplied") == columns.Text("Status")
            && TextCleaner.IsVisible(columns.Text("Title")) && TextCleaner.IsVisible(columns.Text("Summary"))
            && IsPast(columns, "SubmittedOn") && (columns.Text("Status") != "Published" || IsPast(columns, "PublishedOn"))
            && (!TextCleaner.IsVisible(columns.Text("Email")) || EmailAddress.TryParse(columns.Text("Email"), out _))
            // Published practices are in an issue.
            && (columns.Text("Status") != "Published" || TextCleaner.TrimInvisible(columns.Text("DigestIssue")).Length > 0);
    }

    private bool IsPast(TableEntity row, string column) => row.Time(column) is { } time && time <= start.AddDays(10);

    private static bool IsExplained(StoredSubscriber row) =>
        row.Columns.Text("Help").Length > 0
        || Enum.TryParse<SubscriberStatus>(row.Columns.Text("Status"), out var status)
        && (status != SubscriberStatus.Confirmed || SampleRows.SubscriberKeys(row.Columns.Text("Email").Trim()).RowKey == row.RowKey);

    private static bool IsExplained(StoredDelivery row) =>
        row.Columns.Text("Help").Length > 0
        || Enum.TryParse<DeliveryStatus>(row.Columns.Text("Status"), out _) && row.Columns.Text("Decision").Trim().Length == 0;

    [GeneratedRegex($"/practices/{PipelineApp.Topic}/([0-9A-Z-]+)")]
    private static partial Regex PracticeLink();
}
