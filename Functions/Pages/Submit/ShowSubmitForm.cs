namespace Pipeline.Functions.Pages.Submit;

/// <summary>GET /submit?topic=: the empty form.</summary>
public sealed class ShowSubmitForm
{
    [Function(nameof(ShowSubmitForm))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "submit")] HttpRequest request) =>
        Page.Of<SubmitPage>(new { Form = new SubmitForm(new SubmissionDraft { Topic = request.Query["topic"] }) });
}
