using Pipeline.Functions.Api;

namespace Pipeline.Functions.Submissions;

/// <summary>POST /api/submissions: accepts a practice as JSON or as a form and enqueues it.</summary>
public sealed class AcceptSubmission(SubmissionIntake intake, SubmissionRules rules, ClientLimit limit, SiteOptions site)
{
    [Function(nameof(AcceptSubmission))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/submissions")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!limit.TryTake(request, isForm: false, out var wait))
            return Problems.TooMany(wait);
        var (draft, refusal) = await SubmissionRequest.ReadAsync(request, rules, cancellationToken);
        if (draft is null)
            return refusal!;
        if (rules.CausesMail(draft) && !limit.TryTakeMail(request, out wait))
            return Problems.TooMany(wait);

        return await intake.AcceptAsync(draft, SubmissionOrigin.Api, request.Headers["Idempotency-Key"], cancellationToken) switch
        {
            SubmissionResult.Accepted accepted => Received(accepted),
            SubmissionResult.Invalid invalid => Problems.Invalid(invalid.Errors.ToDictionary(), "The submission could not be taken."),
            SubmissionResult.KeyReused => Problems.Of(
                StatusCodes.Status422UnprocessableEntity,
                "This Idempotency-Key came with other content before. Use a new key for new content."),
            _ => Problems.TryLater("Submissions cannot be stored at the moment. Send the same again later; it is stored once."),
        };
    }

    private IResult Received(SubmissionResult.Accepted accepted)
    {
        var statusUrl = site.Link($"api/submissions/{accepted.Topic}/{accepted.Reference}").AbsoluteUri;
        return Results.Accepted(statusUrl, new { reference = accepted.Reference.ToString(), status = "received", statusUrl });
    }
}
