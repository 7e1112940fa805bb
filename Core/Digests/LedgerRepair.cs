namespace Pipeline.Digests;

/// <summary>Corrects what an admin edited in a ledger, and applies or explains decisions about deliveries that are not unknown.</summary>
public sealed class LedgerRepair(DeliveryTable deliveries, DigestMetrics metrics, TimeProvider time)
{
    public async Task RunAsync(DigestIssue issue, LedgerState ledger, CancellationToken cancellationToken)
    {
        foreach (var row in ledger.Foreign.Where(row => row.Help != row.ExpectedHelp))
            await deliveries.ExplainAsync(row, cancellationToken);
        foreach (var line in ledger.ToRepair)
            if (await deliveries.FindAsync(issue.Topic, issue.Name, line.Range.From, cancellationToken) is { } delivery)
                await RepairAsync(line, delivery, cancellationToken);
    }

    private async Task RepairAsync(LedgerLine line, Delivery delivery, CancellationToken cancellationToken)
    {
        var failed = delivery.Outcomes.With(delivery.Outcomes.OpenPlaces, Outcomes.Failed).ReplaceUnknown(Outcomes.Failed);
        var repaired = line.IsGivenUp && delivery.Status == DeliveryStatus.Waiting
            ? delivery.Released(failed, AdminTexts.DecidedByAdmin("failed"))
            : delivery with { Help = line.ExpectedHelp };
        if (repaired.Status.IsSettled() && repaired.SettledOn is null)
            repaired = repaired with { SettledOn = time.GetUtcNow() };
        if (await deliveries.TryUpdateAsync(repaired, cancellationToken) is { } written)
            metrics.CountRecipients(delivery.Topic, delivery.Outcomes.Count, written.Outcomes.Count);
    }
}
