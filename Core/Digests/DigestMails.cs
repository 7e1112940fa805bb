using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;

namespace Pipeline.Digests;

/// <summary>Renders an issue as mail and as web page. Mails are rendered once per process and language.</summary>
public sealed class DigestMails(
    TopicCatalog topics, DigestTable digests, PracticeTable practices, MailRenderer renderer, SiteOptions site, TimeProvider time)
{
    private const int MaxCachedIssues = 20;

    // The maximum time until each sending process knows that an issue is Held.
    private static readonly TimeSpan MaxStatusAge = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(TopicId Topic, IssueName Issue), SingleFlightCache<Found>> _issues = new();

    public async Task<IssueMail?> FindAsync(TopicId topicId, IssueName issueName, CancellationToken cancellationToken)
    {
        if (_issues.Count >= MaxCachedIssues && !_issues.ContainsKey((topicId, issueName)))
            _issues.Clear();
        var found = await _issues.GetOrAdd((topicId, issueName), key => NewCache(key.Topic, key.Issue)).GetAsync(cancellationToken);
        // Not cached, because the issue may be created a moment later.
        if (found.Mail is null)
            _issues.TryRemove((topicId, issueName), out _);
        return found.Mail;
    }

    private SingleFlightCache<Found> NewCache(TopicId topicId, IssueName issueName)
    {
        IssueMail? rendered = null;
        return new SingleFlightCache<Found>(async () =>
        {
            if (topics.Find(topicId) is not { } topic
                || await digests.FindAsync(topicId, issueName, CancellationToken.None) is not { } issue)
                return new Found(null);

            // Rendered once: the list of practices is final before a delivery is enqueued.
            rendered ??= await RenderMailAsync(topic, issue, CancellationToken.None);
            return new Found(rendered with { IsHeld = issue.Status == IssueStatus.Held });
        }, MaxStatusAge, time);
    }

    public async Task<string> PageAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken) =>
        await RenderAsync(DigestContent.Of(topic, issue.Name, await PracticesAsync(topic, issue, cancellationToken), site, null));

    // Renders all languages before a range is claimed, because a fault after the claim would make the recipients unknown.
    private async Task<IssueMail> RenderMailAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken)
    {
        // Random, so that the text of a practice cannot contain it.
        var placeholder = $"%unsubscribe-{Guid.NewGuid():N}%";
        var published = await PracticesAsync(topic, issue, cancellationToken);
        var mails = ImmutableDictionary.CreateBuilder<string, MailContent>();
        foreach (var language in Language.All)
            mails[language.Code] = await language.RunAsync(
                () => RenderMailAsync(topic, issue, DigestContent.Of(topic, issue.Name, published, site, placeholder)));
        return new IssueMail(mails.ToImmutable(), placeholder, IsHeld: false);
    }

    private async Task<MailContent> RenderMailAsync(Topic topic, DigestIssue issue, DigestContent content) => new(
        content.Subject,
        await RenderAsync(content),
        content.PlainText(),
        new Dictionary<string, string>
        {
            ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click",
            ["List-Id"] = $"<{topic.Id}.{site.BaseUrl.Host}>",
            ["Auto-Submitted"] = "auto-generated",
            // Gmail reports complaints by these fields. The last one identifies the sender.
            ["Feedback-ID"] = $"{issue.Name}:{topic.Id}:digest:pipeline",
        },
        new Dictionary<string, string>());

    private Task<string> RenderAsync(DigestContent content) =>
        renderer.RenderAsync<DigestMail>(new Dictionary<string, object?> { [nameof(DigestMail.Content)] = content });

    private async Task<IReadOnlyList<Practice>> PracticesAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken)
    {
        List<Practice> published = [];
        foreach (var reference in issue.Practices)
            // An admin may have withdrawn a practice after the issue was created.
            if (await practices.FindAsync(topic.Id, reference, cancellationToken) is { Status: PracticeStatus.Published } practice)
                published.Add(practice);

        return published;
    }

    private sealed record Found(IssueMail? Mail);
}
