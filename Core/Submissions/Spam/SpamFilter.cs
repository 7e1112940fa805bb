namespace Pipeline.Submissions.Spam;

/// <summary>Runs the spam checks. An admin reviews caught submissions in Rejections; the sender does not learn the result.</summary>
public sealed class SpamFilter(DuplicateLimit duplicates)
{
    public static readonly TimeSpan MinFormAge = TimeSpan.FromSeconds(1);

    public SpamLayer? Classify(Submission submission, SubmissionOrigin origin) => origin switch
    {
        { HoneypotFilled: true } => SpamLayer.Honeypot,
        { FormAge: { } age } when age < MinFormAge => SpamLayer.Time,
        _ when LinkSpam.IsMostlyLinks(submission) => SpamLayer.Links,
        _ when duplicates.IsExceeded(submission) => SpamLayer.DuplicateLimit,
        _ => null,
    };
}
