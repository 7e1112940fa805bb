using Pipeline.Digests;
using Pipeline.Practices;
using Pipeline.Submissions;

namespace Pipeline.Operations;

/// <summary>Applies the decisions of admins, continues abandoned work, closes complete issues and measures queue ages.</summary>
public sealed class MinuteSweep(
    PracticeSweep practices, RejectionSweep rejections, DigestPublisher publisher, DigestSweep digests, QueueAges queueAges)
{
    public Task RunAsync(CancellationToken cancellationToken) => RunAll.RunAsync(
        cancellationToken, practices.RunAsync, rejections.RunAsync, publisher.ContinueAbandonedAsync, digests.RunAsync,
        queueAges.MeasureAsync);
}
