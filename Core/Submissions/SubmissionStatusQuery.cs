using Pipeline.Practices;

namespace Pipeline.Submissions;

public sealed class SubmissionStatusQuery(PracticeTable practices, RejectionTable rejections)
{
    /// <summary>Finds the state of a submission. An unknown reference is "received": its message may still be on the queue.</summary>
    /// <remarks>A rejection that was corrected and requeued has the state of the practice that it became.</remarks>
    public async Task<SubmissionStatus> GetAsync(TopicId topic, Reference reference, CancellationToken cancellationToken)
    {
        if (await practices.FindAsync(topic, reference, cancellationToken) is { } practice)
            return Of(practice);

        var details = await rejections.FindDetailsAsync(topic, reference, cancellationToken)
            ?? await rejections.FindDetailsAsync(TopicId.Unknown, reference, cancellationToken);
        if (details?.Result is { } result && await practices.FindAsync(topic, result, cancellationToken) is { } stored)
            return Of(stored);

        return details switch
        {
            null => new SubmissionStatus("received", [], null),
            // True, because an admin reviews it. The sender does not learn that it was caught.
            { Kind: RejectionKind.Spam } => new SubmissionStatus("pending", [], null),
            _ => new SubmissionStatus("rejected", details.Reasons, null),
        };
    }

    private static SubmissionStatus Of(Practice practice) => new(practice.Status.ToString().ToLowerInvariant(), [], practice);
}
