using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

public sealed class SubmissionStatusQuery(PracticeTable practices, RejectionTable rejections)
{
    /// <summary>
    /// A reference that nothing is known of counts as received: it is on the queue, or will be when its sender tries again.
    /// </summary>
    public async Task<SubmissionStatus> OfAsync(string topic, Reference reference, CancellationToken cancellationToken)
    {
        if (await practices.FindAsync(topic, reference, cancellationToken) is { } practice)
            return new SubmissionStatus(practice.Status.ToString().ToLowerInvariant(), [], practice);

        var reasons = await rejections.ReasonsAsync(topic, reference, cancellationToken)
            ?? await rejections.ReasonsAsync(Topic.UnknownId, reference, cancellationToken);
        return reasons is null ? new SubmissionStatus("received", [], null) : new SubmissionStatus("rejected", reasons, null);
    }
}
