namespace Pipeline.Submissions;

/// <summary>How a submission was sent, for the spam checks.</summary>
/// <param name="HoneypotFilled">True if the hidden field has a value.</param>
/// <param name="FormAge">Time since the form was rendered; null if unknown, which is not suspicious.</param>
public sealed record SubmissionOrigin(bool HoneypotFilled, TimeSpan? FormAge)
{
    public static readonly SubmissionOrigin Api = new(HoneypotFilled: false, FormAge: null);
}
