using Pipeline.Functions.Http;
using Pipeline.Submissions;

namespace Pipeline.Functions.Pages.Submit;

/// <summary>The form as it was filled in so far.</summary>
public sealed record SubmitForm(SubmissionDraft Draft)
{
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Why it could not be taken, although nothing is wrong with it.</summary>
    public string? Trouble { get; init; }

    /// <summary>When it was given out (see <see cref="Pipeline.Submissions.Spam.FormStamp"/>); null for one that is given out now.</summary>
    public string? Stamp { get; init; }

    /// <summary>What stands in the field that people do not see.</summary>
    public string? Honeypot { get; init; }

    /// <summary>Where its sender goes in the end: a page of somebody else's site, which is among those allowed. Null for a page of ours.</summary>
    public Uri? Return { get; init; }

    public static SubmitForm Read(RequestBody body, SiteOptions site) => new(SubmissionFields.Draft(field => Typed(field, body[field])))
    {
        Return = ReturnAddress.Allowed(site, body[ReturnAddress.Field]),
        Stamp = body[SubmissionFields.Stamp],
        Honeypot = body[SubmissionFields.Honeypot],
    };

    private static string? Typed(string field, string? value)
    {
        // A page can hold no U+0085: browsers read its character reference as "…", and then something else is sent than was previewed.
        var text = value?.ReplaceLineEndings("\n");
        // People type an address as they say it. The API, which programs call, takes a whole one alone.
        return field == SubmissionFields.Link && text?.TrimStart().StartsWith("www.", StringComparison.OrdinalIgnoreCase) == true
            ? $"https://{text.Trim()}"
            : text;
    }
}
