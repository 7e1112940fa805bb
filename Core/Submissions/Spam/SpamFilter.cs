namespace Pipeline.Submissions.Spam;

/// <summary>
/// Asks the layers one after the other. What they catch is neither dropped nor refused: an admin finds it in Rejections, so each
/// of them may be wrong now and then, and its sender never learns which one it was.
/// </summary>
public sealed class SpamFilter(DuplicateLimit repeats)
{
    /// <summary>Nobody reads a form and presses its button in less.</summary>
    public static readonly TimeSpan MinFormAge = TimeSpan.FromSeconds(1);

    /// <summary>The first layer that caught it; null where none did.</summary>
    public SpamLayer? Judge(Submission submission, SubmissionOrigin origin) => origin switch
    {
        { HoneypotFilled: true } => SpamLayer.Honeypot,
        { FormAge: { } age } when age < MinFormAge => SpamLayer.Time,
        _ when LinkSpam.IsMostlyLinks(submission) => SpamLayer.Links,
        // A program may well hand in a hundred practices of a kind.
        { ByForm: true } when repeats.IsExceeded(submission) => SpamLayer.DuplicateLimit,
        _ => null,
    };
}
