using Microsoft.AspNetCore.Http;
using Pipeline.Submissions;

namespace Pipeline.Functions.Submissions;

/// <summary>Finds the draft in a request to the API.</summary>
public static class SubmissionRequest
{
    public static async Task<(SubmissionDraft? Draft, IResult? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, refusal) = await RequestBody.ReadAsync(request, cancellationToken);
        if (body is null)
            return (null, refusal);

        var noText = body.Errors.Where(error => SubmissionFields.All.Contains(error.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary();
        return noText.Count > 0
            ? (null, Problems.Invalid(noText, "The submission could not be taken."))
            : (SubmissionFields.Draft(field => body[field]), null);
    }
}
