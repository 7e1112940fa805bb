using System.Text.RegularExpressions;

namespace Pipeline.Digests;

/// <summary>Removes the recipients from old ledgers, where a known address could be found by its hash. Receipts stay verifiable.</summary>
public sealed partial class DeliveryRetention(
    DigestTable digests, DeliveryTable deliveries, TimeProvider time, ILogger<DeliveryRetention> logger)
{
    /// <summary>How long a closed issue keeps its recipients, to answer questions of readers.</summary>
    public static readonly TimeSpan RecipientsPeriod = TimeSpan.FromDays(28);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var issue in digests.ClosedWithRecipientsAsync(time.GetUtcNow() - RecipientsPeriod, cancellationToken))
            await CleanAsync(issue, cancellationToken);
    }

    private async Task CleanAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var (count, isWhole) = (0, true);
        await foreach (var page in deliveries.WithRecipientsAsync(issue, cancellationToken))
        {
            // An edited delivery may still be sent, so it is skipped.
            var settled = page.Where(row => row.Status is DeliveryStatus.Sent or DeliveryStatus.Refused).ToList();
            isWhole &= await deliveries.TryRemoveRecipientsAsync(issue, settled, reason => Key().Replace(reason, ""), cancellationToken);
            isWhole &= settled.Count == page.Count;
            count += settled.Count;
        }

        if (isWhole && await digests.TryMarkCleanedAsync(issue, time.GetUtcNow(), cancellationToken))
            LogCleaned(issue.Topic, issue.Name, count);
    }

    // Excerpt may have cut off the last key.
    [GeneratedRegex("^(?:[0-9a-f]{32}(?:: ?|(?=…?$))|[0-9a-f]{1,31}(?=…$))", RegexOptions.Multiline)]
    private static partial Regex Key();

    [LoggerMessage(LogLevel.Information, "Removed the recipients of issue {Topic}/{Issue} from its ledger ({Deliveries} deliveries).")]
    private partial void LogCleaned(string topic, string issue, int deliveries);
}
