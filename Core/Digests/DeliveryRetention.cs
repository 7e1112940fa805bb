using System.Text.RegularExpressions;

namespace Pipeline.Digests;

/// <summary>
/// Takes out of old ledgers who the recipients were: anybody can hash an address they know and look for it there, even long after it
/// was erased. What came of each recipient stays, and so does all that the receipt proves. An issue is done once and marked in
/// <c>CleanedOn</c>; a run that broke off is followed by the next.
/// </summary>
public sealed partial class DeliveryRetention(DigestTable digests, DeliveryTable deliveries, TimeProvider time, ILogger<DeliveryRetention> logger)
{
    /// <summary>How long after it was closed an issue keeps its recipients, for readers who ask what became of their digest.</summary>
    public static readonly TimeSpan RecipientsPeriod = TimeSpan.FromDays(28);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var issue in digests.UncleanedAsync(time.GetUtcNow() - RecipientsPeriod, cancellationToken))
            await CleanAsync(issue, cancellationToken);
    }

    private async Task CleanAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var (count, isWhole) = (0, true);
        await foreach (var page in deliveries.WithRecipientsAsync(issue, cancellationToken))
        {
            // An edited delivery may still be sent, so it is skipped.
            var settled = page.Where(row => row.Status is DeliveryStatus.Sent or DeliveryStatus.Refused).ToList();
            isWhole &= await deliveries.TryForgetRecipientsAsync(issue, settled, reason => Key().Replace(reason, ""), cancellationToken);
            isWhole &= settled.Count == page.Count;
            count += settled.Count;
        }

        if (isWhole && await digests.TryMarkCleanedAsync(issue, time.GetUtcNow(), cancellationToken))
            LogCleaned(issue.Topic, issue.Name, count);
    }

    // The last one may have been cut off with the text.
    [GeneratedRegex("^(?:[0-9a-f]{32}(?:: ?|(?=…?$))|[0-9a-f]{1,31}(?=…$))", RegexOptions.Multiline)]
    private static partial Regex Key();

    [LoggerMessage(LogLevel.Information, "The recipients of issue {Topic}/{Issue} were taken out of its ledger ({Deliveries} deliveries).")]
    private partial void LogCleaned(string topic, string issue, int deliveries);
}
