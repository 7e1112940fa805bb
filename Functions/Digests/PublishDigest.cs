using Pipeline.Digests;

namespace Pipeline.Functions.Digests;

/// <summary>Hourly, in UTC: makes the issues that are due by their topics' own schedules.</summary>
public sealed class PublishDigest(DigestPublisher publisher)
{
    [Function(nameof(PublishDigest))]
    public Task Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => publisher.RunAsync(cancellationToken);
}
