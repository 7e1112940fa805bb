using System.Text.RegularExpressions;

namespace Pipeline.Digests;

/// <summary>
/// Removes the recipients from the ledgers of old issues: a recipient is stored as a hash, by which a known address can be found.
/// Receipts stay verifiable, because their fingerprint does not contain recipients.
/// </summary>
public sealed partial class DeliveryRetention(
    DigestTable digests, DeliveryTable deliveries, TimeProvider time, ILogger<DeliveryRetention> logger)
{
    // Counted from the closing of the issue. Until then, admins can answer questions of readers about a mail.
    private static readonly TimeSpan RecipientsPeriod = TimeSpan.FromDays(28);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var issue in digests.ClosedWithRecipientsAsync(time.GetUtcNow() - RecipientsPeriod, cancellationToken))
            await CleanAsync(issue, cancellationToken);
    }

    private async Task CleanAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var (count, isComplete) = (0, true);
        await foreach (var page in deliveries.WithRecipientsAsync(issue, cancellationToken))
        {
            // An edited delivery may still be sent, so it is skipped.
            var settled = page.Where(row => row.Status is DeliveryStatus.Sent or DeliveryStatus.Refused).ToList();
            isComplete &= await deliveries.TryRemoveRecipientsAsync(issue, settled, WithoutKeys, cancellationToken);
            isComplete &= settled.Count == page.Count;
            count += settled.Count;
        }

        if (isComplete && await digests.TryMarkCleanedAsync(issue, time.GetUtcNow(), cancellationToken))
            LogCleaned(issue.Topic, issue.Name, count);
    }

    private static string WithoutKeys(string reason) => LeadingKey().Replace(reason, "");

    // A line of Reason may start with the hash of a recipient: "key: reason". The end of a long Reason is cut off, maybe inside a key.
    [GeneratedRegex("^(?:[0-9a-f]{32}(?:: ?|(?=…?$))|[0-9a-f]{1,31}(?=…$))", RegexOptions.Multiline)]
    private static partial Regex LeadingKey();

    [LoggerMessage(LogLevel.Information, "Removed the recipients of issue {Topic}/{Issue} from its ledger ({Deliveries} deliveries).")]
    private partial void LogCleaned(string topic, string issue, int deliveries);
}
