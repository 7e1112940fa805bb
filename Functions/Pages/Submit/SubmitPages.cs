using Pipeline.Text;

namespace Pipeline.Functions.Pages.Submit;

/// <summary>The answers to a posted form.</summary>
public static class SubmitPages
{
    /// <summary>The preview, or the form with its errors.</summary>
    public static IResult Preview(SubmitForm form, (Submission? Submission, FieldErrors Errors) check, DateTimeOffset now) =>
        check.Submission is not { } submission
            ? Faulty(form, check.Errors)
            : Page.Form<PreviewPage>(
                new
                {
                    Form = form,
                    Submission = submission,
                    Practice = submission.ToPractice(now, Language.Current, publishedOn: null),
                    Suggestion = EmailSuggestion.For(submission.Email),
                },
                leadsTo: form.Return);

    public static IResult Faulty(SubmitForm form, FieldErrors errors)
    {
        errors.ReplaceMessages(SubmissionFields.Topic, TopicTexts.ChooseOne);
        return FormAgain(form with { Errors = errors }, StatusCodes.Status400BadRequest);
    }

    public static IResult FormAgain(SubmitForm form, int status) => Page.Form<SubmitPage>(new { Form = form }, status, form.Return);

    /// <summary>The practice's own page, or the page of the other site that the form came from.</summary>
    public static string AddressAfter(HttpRequest request, SubmitForm form, SubmissionResult.Accepted accepted) => form.Return is null
        ? PageRequest.Of(request).Link($"/practices/{accepted.Topic}/{accepted.Reference}")
        : ReturnAddress.With(form.Return, [new("topic", accepted.Topic), new("reference", accepted.Reference.ToString())]).AbsoluteUri;
}
