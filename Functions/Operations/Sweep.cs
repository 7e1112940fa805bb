using Microsoft.Azure.Functions.Worker;
using Pipeline.Digests;
using Pipeline.Practices;

namespace Pipeline.Functions.Operations;

/// <summary>Every minute: acts upon what admins typed, goes on with what was left lying, and closes issues whose ledger is complete.</summary>
public sealed class Sweep(PracticeSweep practices, DigestPublisher publisher, DigestLedger ledger)
{
    [Function(nameof(Sweep))]
    public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await practices.RunAsync(cancellationToken);
        await publisher.ContinueAsync(cancellationToken);
        await ledger.SweepAsync(cancellationToken);
    }
}
