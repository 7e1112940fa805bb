using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Languages;
using Pipeline.Site;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Pipeline.Text;

namespace Pipeline.Functions.Pages.Submit;

/// <summary>POST /submit: to the preview, to the practice's own page, or back to the form with all that was typed.</summary>
public sealed class PostSubmitForm(
    Intake intake, SubmissionRules rules, FormStamp stamps, ClientLimit limit, SiteOptions site, TimeProvider time)
{
    [Function(nameof(PostSubmitForm))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "submit")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!limit.TryTake(request, isForm: true, out var wait))
            return Refused.TooMany(wait);
        var body = await RequestBody.ReadAsync(request, cancellationToken);

        var form = new SubmitForm(SubmissionFields.Draft(field => Typed(field, body[field])))
        {
            Return = ReturnAddress.Allowed(site, body[ReturnAddress.Field]),
            Stamp = body[SubmissionFields.Stamp],
            Trap = body[SubmissionFields.Trap],
        };
        return body[SubmitSteps.Field] switch
        {
            SubmitSteps.Preview => Preview(form),
            SubmitSteps.Change => FormAgain(form, StatusCodes.Status200OK),
            _ => await SendAsync(request, form, cancellationToken),
        };
    }

    private IResult Preview(SubmitForm form) => rules.Check(form.Draft) switch
    {
        (null, var errors) => Faulty(form, errors),
        var (submission, _) => Page.Form<PreviewPage>(
            new
            {
                Form = form,
                Submission = submission,
                Practice = submission.ToPractice(time.GetUtcNow(), Language.Current, publishedOn: null),
                Suggestion = EmailSuggestion.For(submission.Email),
            },
            leadsTo: form.Return),
    };

    private async Task<IResult> SendAsync(HttpRequest request, SubmitForm form, CancellationToken cancellationToken) =>
        await intake.AcceptAsync(form.Draft, Origin(form), idempotencyKey: null, cancellationToken) switch
        {
            Acceptance.Accepted accepted => new SeeOther(Next(request, form, accepted)),
            Acceptance.Invalid invalid => Faulty(form, invalid.Errors),
            _ => FormAgain(form with { Trouble = SubmitTexts.Trouble }, StatusCodes.Status503ServiceUnavailable),
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

    private SubmissionOrigin Origin(SubmitForm form) => new(ByForm: true, TrapFilled: !string.IsNullOrEmpty(form.Trap), stamps.Age(form.Stamp));

    private static IResult Faulty(SubmitForm form, FieldErrors errors)
    {
        errors.Reword(SubmissionFields.Topic, Pipeline.Topics.TopicTexts.ChooseOne);
        return FormAgain(form with { Errors = errors }, StatusCodes.Status400BadRequest);
    }

    private static string Next(HttpRequest request, SubmitForm form, Acceptance.Accepted accepted) => form.Return is null
        ? Visit.Of(request).Link($"/practices/{accepted.Topic}/{accepted.Reference}")
        : ReturnAddress.With(form.Return, [new("topic", accepted.Topic), new("reference", accepted.Reference.ToString())]).AbsoluteUri;

    private static IResult FormAgain(SubmitForm form, int status) => Page.Form<SubmitPage>(new { Form = form }, status, form.Return);
}
