using Microsoft.Azure.Functions.Worker;
using Pipeline.Digests;
using Pipeline.Practices;

namespace Pipeline.Functions.Operations;

/// <summary>Every minute: acts upon what admins typed, and closes issues whose ledger is complete.</summary>
public sealed class Sweep(PracticeSweep practices, DigestLedger ledger)
{
    [Function(nameof(Sweep))]
    public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await practices.RunAsync(cancellationToken);
        await ledger.CloseCompleteAsync(cancellationToken);
    }
}
