using Pipeline.Text;

namespace Pipeline.Functions.Pages.Submit;

public sealed record SubmitForm(SubmissionDraft Draft)
{
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Why it could not be taken, although it has no errors.</summary>
    public string? Trouble { get; init; }

    /// <summary>When the form was shown first (see <see cref="Pipeline.Submissions.Spam.FormTimestamp"/>); null for a new one.</summary>
    public string? Stamp { get; init; }

    /// <summary>The content of the field that people do not see.</summary>
    public string? Honeypot { get; init; }

    /// <summary>The page of another, allowed site to return to; null for a page of this site.</summary>
    public Uri? Return { get; init; }

    public static SubmitForm Read(RequestBody body, SiteOptions site) => new(ReadDraft(body))
    {
        Return = ReturnAddress.Allowed(site, body[ReturnAddress.Field]),
        Stamp = body[SubmissionFields.Timestamp],
        Honeypot = body[SubmissionFields.Honeypot],
    };

    // The form has one field for countries, and the language is that of the page.
    private static SubmissionDraft ReadDraft(RequestBody body)
    {
        var draft = SubmissionFields.Draft(field => Typed(field, body[field]));
        return draft with
        {
            Country = string.IsNullOrEmpty(draft.Countries) ? draft.Country : draft.Country + TypedCountries.Separator + draft.Countries,
            Countries = null,
            Language = null,
        };
    }

    private static string? Typed(string field, string? value)
    {
        // HTML cannot hold control characters: a browser would post another text than was previewed.
        var text = value is null ? null : TextCleaner.WithoutControls(value);
        // Programs that call the API must send the scheme.
        return field == SubmissionFields.Link && text is not null ? WebLink.Complete(text) : text;
    }
}
