namespace Pipeline.Digests;

/// <summary>Corrects figures that an admin edited in a ledger, and explains decisions that have no effect.</summary>
public sealed class LedgerRepair(DeliveryTable deliveries)
{
    public async Task RunAsync(DigestIssue issue, LedgerState ledger, CancellationToken cancellationToken)
    {
        foreach (var line in ledger.WithWrongFigures.Concat(ledger.WithoutNeedForDecision).Distinct())
            if (await deliveries.FindAsync(issue.Topic, issue.Name, line.Range.From, cancellationToken) is { } delivery)
            {
                var help = line.Decision.Length > 0 && line.Count.Unknown == 0 ? AdminTexts.NothingToDecide : delivery.Help;
                if (line.HasWrongFigures || help != delivery.Help)
                    await deliveries.TryUpdateAsync(delivery with { Help = help }, cancellationToken);
            }
    }
}
