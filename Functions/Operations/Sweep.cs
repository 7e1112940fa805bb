using Pipeline.Operations;

namespace Pipeline.Functions.Operations;

/// <summary>Every minute: acts upon what admins typed, goes on with what was left lying, and closes issues whose ledger is complete.</summary>
public sealed class Sweep(MinuteSweep sweep)
{
    [Function(nameof(Sweep))]
    public Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => sweep.RunAsync(cancellationToken);
}
