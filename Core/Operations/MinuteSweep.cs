using Pipeline.Digests;
using Pipeline.Practices;

namespace Pipeline.Operations;

/// <summary>What heals: acts upon what admins typed, goes on with what was left lying, and closes issues whose ledger is complete.</summary>
public sealed class MinuteSweep(PracticeSweep practices, DigestPublisher publisher, DigestLedger ledger)
{
    public Task RunAsync(CancellationToken cancellationToken) =>
        EachOf.RunAsync(cancellationToken, practices.RunAsync, publisher.ContinueAsync, ledger.SweepAsync);
}
