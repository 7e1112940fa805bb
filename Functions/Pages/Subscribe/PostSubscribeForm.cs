using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Pages.Layout;
using Pipeline.Submissions;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscribe: asks the address for its consent; the answer is the same whether or not it is known.</summary>
public sealed class PostSubscribeForm(Pipeline.Subscribers.Subscriptions subscriptions, TopicCatalog topics)
{
    [Function(nameof(PostSubscribeForm))]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscribe")] HttpRequest request, CancellationToken cancellationToken) =>
        Outage.CoverPageAsync(request, async () =>
        {
            var (body, refusal) = await RequestBody.ReadAsync(request, cancellationToken);
            if (body is null)
                return Refused.Of(refusal!, "/subscribe");

            var (email, topic) = (body[SubmissionFields.Email], topics.Find(body[SubmissionFields.Topic]));
            var errors = new FieldErrors();
            if (topic is null)
                errors.Add(SubmissionFields.Topic, LayoutTexts.ChooseTopic);
            if (!EmailAddress.TryParse(email, out var address))
                errors.Add(SubmissionFields.Email, SubscribeTexts.EmailAdvice);
            if (topic is null || errors.Any)
                return Page.Personal<SubscribePage>(new { Topic = topic?.Id, Email = email, Errors = errors }, StatusCodes.Status400BadRequest);

            return await subscriptions.SignUpAsync(topic, address, cancellationToken)
                ? Page.Personal<SubscribedPage>(new { Topic = topic, Email = address.Value })
                : Page.Later<SubscribePage>(new { Topic = topic.Id, Email = email, Unavailable = true });
        });
}
