using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Submissions;

namespace Pipeline.Functions.Pages.Submit;

/// <summary>POST /submit: to the practice's own page, or back to the form with all that was typed.</summary>
public sealed class PostSubmitForm(Intake intake)
{
    [Function(nameof(PostSubmitForm))]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "submit")] HttpRequest request, CancellationToken cancellationToken) =>
        Outage.CoverPageAsync(request, async () =>
        {
            var (body, refusal) = await RequestBody.ReadAsync(request, cancellationToken);
            if (body is null)
                return Refused.Of(refusal!, "/submit");

            var draft = SubmissionFields.Draft(field => body[field]);
            return await intake.AcceptAsync(draft, idempotencyKey: null, cancellationToken) switch
            {
                Acceptance.Accepted accepted => new SeeOther($"/practices/{accepted.Topic}/{accepted.Reference}"),
                Acceptance.Invalid invalid => Page.Personal<SubmitPage>(new { Draft = draft, invalid.Errors }, StatusCodes.Status400BadRequest),
                _ => Page.Later<SubmitPage>(new { Draft = draft, Unavailable = true }),
            };
        });
}
