using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

public sealed class SubmissionStatusQuery(PracticeTable practices, RejectionTable rejections)
{
    /// <summary>
    /// A reference that nothing is known of counts as received: it is on the queue, or will be when its sender tries again.
    /// </summary>
    public async Task<SubmissionStatus> OfAsync(TopicId topic, Reference reference, CancellationToken cancellationToken)
    {
        if (await practices.FindAsync(topic, reference, cancellationToken) is { } practice)
            return new SubmissionStatus(practice.Status.ToString().ToLowerInvariant(), [], practice);

        var verdict = await rejections.VerdictAsync(topic, reference, cancellationToken)
            ?? await rejections.VerdictAsync(TopicId.Unknown, reference, cancellationToken);
        return verdict switch
        {
            null => new SubmissionStatus("received", [], null),
            // Which is true: an admin will look at it. Whoever sent it learns nothing from it.
            { Kind: RejectionKind.Spam } => new SubmissionStatus("pending", [], null),
            _ => new SubmissionStatus("rejected", verdict.Reasons, null),
        };
    }
}
