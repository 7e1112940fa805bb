namespace Pipeline.Submissions;

/// <summary>What is known about how a submission was sent.</summary>
/// <param name="ByForm">By the form for people rather than by the API.</param>
/// <param name="HoneypotFilled">The field that people do not see came with something in it.</param>
/// <param name="FormAge">How long ago the form was given out; null where nobody knows, which counts for nothing against the sender.</param>
public sealed record SubmissionOrigin(bool ByForm, bool HoneypotFilled, TimeSpan? FormAge)
{
    public static readonly SubmissionOrigin Api = new(ByForm: false, HoneypotFilled: false, FormAge: null);
}
