using Pipeline.Digests;

namespace Pipeline.Functions.Digests;

/// <summary>Every hour, in UTC: makes the issues that are due by the schedule of their topic.</summary>
public sealed class PublishDigest(DigestPublisher publisher)
{
    [Function(nameof(PublishDigest))]
    public Task Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        publisher.RunAsync(cancellationToken);
}
