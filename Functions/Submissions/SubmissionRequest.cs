using Pipeline.Functions.Api;

namespace Pipeline.Functions.Submissions;

/// <summary>Reads the draft from a request to the API.</summary>
public static class SubmissionRequest
{
    public static async Task<(SubmissionDraft? Draft, IResult? Refusal)> ReadAsync(
        HttpRequest request, SubmissionRules rules, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(request, cancellationToken, SubmissionFields.Countries);
        var draft = SubmissionFields.Draft(field => body[field]);
        var noText = body.Errors.Where(error => SubmissionFields.All.Contains(error.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
        if (noText.Count == 0)
            return (draft, null);

        // Other errors are reported as well, in the order of the form.
        var others = rules.Check(draft).Errors;
        return (null, Problems.Invalid(
            SubmissionFields.All.Select(field => (Field: field, Sentences: noText.GetValueOrDefault(field) ?? [.. others.For(field)]))
                .Where(wrong => wrong.Sentences.Length > 0).ToDictionary(wrong => wrong.Field, wrong => wrong.Sentences),
            "The submission could not be taken."));
    }
}
