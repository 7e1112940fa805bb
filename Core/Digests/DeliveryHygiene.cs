using System.Text.RegularExpressions;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Digests;

/// <summary>
/// Takes out of old ledgers who the recipients were: anybody can hash an address they know and look for it there, even long after it
/// was erased. What came of each recipient stays, and so does all that the receipt proves. An issue is done once and marked in
/// <c>CleanedOn</c>; a run that broke off is followed by the next.
/// </summary>
public sealed partial class DeliveryHygiene(PipelineStorage storage, TimeProvider time, ILogger<DeliveryHygiene> logger)
{
    /// <summary>So long after it was closed an issue keeps its recipients, for whoever asks what became of their digest.</summary>
    public static readonly TimeSpan RecipientsPeriod = TimeSpan.FromDays(28);

    private static readonly string[] IssueColumns = ["PartitionKey", "RowKey", "Status", "Unknown", "ClosedOn", "CleanedOn"];
    private static readonly string[] DeliveryColumns = ["PartitionKey", "RowKey", "Status", "Reason"];

    /// <summary>As many rows as one transaction takes.</summary>
    private const int AtOnce = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // All topics, also those that were taken out of the settings.
        await foreach (var issue in storage.Digests.QueryAsync<TableEntity>(select: IssueColumns, cancellationToken: cancellationToken))
            if (IsDue(issue))
                await CleanAsync(issue, cancellationToken);
    }

    private bool IsDue(TableEntity issue) =>
        Text(issue, "Status").Trim().Equals(nameof(IssueStatus.Closed), StringComparison.OrdinalIgnoreCase)
        && issue.TryGetValue("Unknown", out var unknown) && unknown is 0
        && Date(issue, "ClosedOn") is { } closedOn && closedOn < time.GetUtcNow() - RecipientsPeriod
        // Closed again since: an admin opened it, and deliveries were made anew.
        && !(Date(issue, "CleanedOn") > closedOn);

    private async Task CleanAsync(TableEntity issue, CancellationToken cancellationToken)
    {
        var (deliveries, isWhole) = (0, true);
        var filter = TableFilter.Of($"PartitionKey eq {$"{issue.PartitionKey}~{issue.RowKey}"} and Frozen ne ''");
        await foreach (var page in storage.Deliveries.QueryAsync<TableEntity>(filter, AtOnce, DeliveryColumns, cancellationToken).AsPages())
        {
            var settled = page.Values.Where(IsSettled).ToList();
            isWhole &= await TryBlankAsync(settled, cancellationToken) && settled.Count == page.Values.Count;
            deliveries += settled.Count;
        }

        if (isWhole && await TryMarkAsync(issue, cancellationToken))
            LogCleaned(issue.PartitionKey, issue.RowKey, deliveries);
    }

    /// <summary>Somebody may still be sent to by one that an admin changed.</summary>
    private static bool IsSettled(TableEntity delivery) =>
        Text(delivery, "Status").Trim() is var status
        && (status.Equals(nameof(DeliveryStatus.Sent), StringComparison.OrdinalIgnoreCase) || status.Equals(nameof(DeliveryStatus.Refused), StringComparison.OrdinalIgnoreCase));

    /// <summary>False where somebody changed one of them since it was read; the next run looks again.</summary>
    private async Task<bool> TryBlankAsync(List<TableEntity> deliveries, CancellationToken cancellationToken)
    {
        if (deliveries.Count == 0)
            return true;

        try
        {
            await storage.Deliveries.SubmitTransactionAsync(deliveries.Select(Blank), cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    private static TableTransactionAction Blank(TableEntity delivery) => new(
        TableTransactionActionType.UpdateMerge,
        new TableEntity(delivery.PartitionKey, delivery.RowKey) { ["Frozen"] = "", ["Reason"] = Key().Replace(Text(delivery, "Reason"), "") },
        delivery.ETag);

    private async Task<bool> TryMarkAsync(TableEntity issue, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Digests.UpdateEntityAsync(
                new TableEntity(issue.PartitionKey, issue.RowKey) { ["CleanedOn"] = time.GetUtcNow() }, issue.ETag, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    private static string Text(TableEntity row, string column) => row.TryGetValue(column, out var value) ? $"{value}" : "";

    private static DateTimeOffset? Date(TableEntity row, string column) => row.TryGetValue(column, out var value) && value is DateTimeOffset date ? date : null;

    // The last one may have been cut off with the text.
    [GeneratedRegex("^(?:[0-9a-f]{32}(?:: ?|(?=…?$))|[0-9a-f]{1,31}(?=…$))", RegexOptions.Multiline)]
    private static partial Regex Key();

    [LoggerMessage(LogLevel.Information, "The recipients of issue {Topic}/{Issue} were taken out of its ledger ({Deliveries} deliveries).")]
    private partial void LogCleaned(string topic, string issue, int deliveries);
}
