using Pipeline.Digests;
using Pipeline.Storage;
using Pipeline.Subscribers;

namespace Pipeline.Functions.Digests;

/// <summary>
/// Every hour, in UTC: applies what admins typed in Subscribers, then makes the issues that are due by the schedule of their topic.
/// </summary>
public sealed class PublishDigest(EditedSubscribers subscribers, DigestPublisher publisher)
{
    [Function(nameof(PublishDigest))]
    public Task Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        RunAll.RunAsync(cancellationToken, subscribers.RunAsync, publisher.RunAsync);
}
