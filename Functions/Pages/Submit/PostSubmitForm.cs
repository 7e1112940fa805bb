using Pipeline.Submissions.Spam;

namespace Pipeline.Functions.Pages.Submit;

/// <summary>POST /submit: shows the preview, redirects to the practice's page, or shows the form again.</summary>
public sealed class PostSubmitForm(
    SubmissionIntake intake, SubmissionRules rules, FormTimestamp stamps, ClientLimit limit, SiteOptions site, TimeProvider time)
{
    [Function(nameof(PostSubmitForm))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "submit")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!limit.TryTake(request, isForm: true, out var wait))
            return RejectedPages.TooMany(wait);

        var body = await RequestBody.ReadAsync(request, cancellationToken, SubmissionFields.Countries);
        var form = SubmitForm.Read(body, site);
        return body[SubmitSteps.Field] switch
        {
            SubmitSteps.Preview or SubmitSteps.PreviewInLanguage => SubmitPages.Preview(form, rules.Check(form.Draft), time.GetUtcNow()),
            SubmitSteps.Change or SubmitSteps.FormInLanguage => SubmitPages.FormAgain(form, StatusCodes.Status200OK),
            _ => await SendAsync(request, form, cancellationToken),
        };
    }

    private async Task<IResult> SendAsync(HttpRequest request, SubmitForm form, CancellationToken cancellationToken)
    {
        if (rules.CausesMail(form.Draft) && !limit.TryTakeMail(request, out var wait))
            return RejectedPages.TooMany(wait);

        var origin = new SubmissionOrigin(HoneypotFilled: !string.IsNullOrEmpty(form.Honeypot), stamps.Age(form.Stamp));
        return await intake.AcceptAsync(form.Draft, origin, idempotencyKey: null, cancellationToken) switch
        {
            SubmissionResult.Accepted accepted => new SeeOther(SubmitPages.AddressAfter(request, form, accepted)),
            SubmissionResult.Invalid invalid => SubmitPages.Faulty(form, invalid.Errors),
            _ => SubmitPages.FormAgain(form with { Trouble = SubmitTexts.Trouble }, StatusCodes.Status503ServiceUnavailable),
        };
    }
}
