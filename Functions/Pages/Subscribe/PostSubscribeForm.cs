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
        var errors = new FieldErrors();
        if (topic is null)
            errors.Add(SubmissionFields.Topic, TopicTexts.ChooseOne);
        if (!EmailAddress.TryParse(email, out var address))
            errors.Add(SubmissionFields.Email, EmailAddress.InvalidMessage(email));
        var back = ReturnAddress.Allowed(site, body[ReturnAddress.Field]);
        if (topic is null || errors.Any)
            return FormAgain(
                new { Topic = topic?.Id.Value, Email = email, Errors = errors, Return = back }, StatusCodes.Status400BadRequest, back);
        if (!await subscriptions.SignUpAsync(topic, address, Language.Current, cancellationToken))
            return FormAgain(
                new { Topic = topic.Id.Value, Email = email, Unavailable = true, Return = back },
                StatusCodes.Status503ServiceUnavailable, back);

        return back is null
            ? Page.Personal<SubscribedPage>(new { Topic = topic, Email = address.Value, Suggestion = EmailSuggestion.For(address.Value) })
            : new SeeOther(ReturnAddress.With(back, [new("topic", topic.Id), new("subscription", "asked")]).AbsoluteUri);
    }

    private static IResult FormAgain(object parameters, int status, Uri? back) => Page.Form<SubscribePage>(parameters, status, back);
}
