using Pipeline.Functions.Pages.Submit;
using Pipeline.Text;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscribe: mails a confirmation link. The answer does not tell whether the address is known.</summary>
public sealed class PostSubscribeForm(
    Pipeline.Subscribers.Subscriptions subscriptions, TopicCatalog topics, ClientLimit limit, SiteOptions site)
{
    [Function(nameof(PostSubscribeForm))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscribe")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!limit.TryTake(request, isForm: true, out var wait))
            return RejectedPages.TooMany(wait);
        var body = await RequestBody.ReadAsync(request, cancellationToken);

        var (email, topic) = (body[SubmissionFields.Email], topics.Find(body[SubmissionFields.Topic]));
        var back = ReturnAddress.Allowed(site, body[ReturnAddress.Field]);
        if (body[SubmitSteps.Field] == SubmitSteps.FormInLanguage)
            return Again(StatusCodes.Status200OK, new FieldErrors());

        var errors = new FieldErrors();
        if (topic is null)
            errors.Add(SubmissionFields.Topic, TopicTexts.ChooseOne);
        if (!EmailAddress.TryParse(email, out var address))
            errors.Add(SubmissionFields.Email, EmailAddress.InvalidMessage(email));
        if (topic is null || errors.Any)
            return Again(StatusCodes.Status400BadRequest, errors);
        if (!limit.TryTakeMail(request, out wait))
            return RejectedPages.TooMany(wait);
        if (!await subscriptions.SignUpAsync(topic, address, Language.Current, cancellationToken))
            return Again(StatusCodes.Status503ServiceUnavailable, errors, unavailable: true);

        return back is null
            ? Page.Personal<SubscribedPage>(new { Topic = topic, Email = address.Value, Suggestion = EmailSuggestion.For(address.Value) })
            : new SeeOther(ReturnAddress.With(back, [new("topic", topic.Id), new("subscription", "asked")]).AbsoluteUri);

        IResult Again(int status, FieldErrors errors, bool unavailable = false) => Page.Form<SubscribePage>(
            new { Topic = topic?.Id.Value, Email = email, Errors = errors, Unavailable = unavailable, Return = back }, status, back);
    }
}
