using Pipeline.Digests;
using Pipeline.Practices;
using Pipeline.Submissions;

namespace Pipeline.Operations;

/// <summary>
/// What heals: acts upon what admins typed, goes on with what was left lying, and closes issues whose ledger is complete. And what
/// measures how long things have been waiting.
/// </summary>
public sealed class MinuteSweep(PracticeSweep practices, RejectionSweep rejections, DigestPublisher publisher, DigestLedger ledger, QueueAges queueAges)
{
    public Task RunAsync(CancellationToken cancellationToken) =>
        RunAll.RunAsync(cancellationToken, practices.RunAsync, rejections.RunAsync, publisher.ContinueAbandonedAsync, ledger.SweepAsync, queueAges.MeasureAsync);
}
