using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;

namespace Pipeline.Digests;

/// <summary>Renders an issue as mail, with its practices as they are published now.</summary>
public sealed class DigestMails(
    TopicCatalog topics, DigestTable digests, PublishedCache practices, MailRenderer renderer, SiteOptions site, TimeProvider time)
{
    private const int MaxCachedIssues = 20;

    // The maximum time until each sending process knows that an issue is Held or a practice was changed.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(TopicId Topic, IssueName Issue), SingleFlightCache<Found>> _issues = new();

    public async Task<IssueMail?> FindAsync(TopicId topicId, IssueName issueName, CancellationToken cancellationToken)
    {
        if (_issues.Count >= MaxCachedIssues && !_issues.ContainsKey((topicId, issueName)))
            _issues.Clear();
        var found = await _issues.GetOrAdd((topicId, issueName), key => NewCache(key.Topic, key.Issue)).GetAsync(cancellationToken);
        // Not cached, because the issue may be created or continued a moment later, and messages of a Held issue are discarded.
        if (found.Mail is null or { IsHeld: true })
            _issues.TryRemove((topicId, issueName), out _);
        return found.Mail;
    }

    /// <summary>The practices of the issue, in its order. An admin may have declined or corrected some after the issue was made.</summary>
    /// <remarks>They may be as old as Pipeline__PageAge, as on every page. A mail has newer ones.</remarks>
    public async Task<IReadOnlyList<Practice>> PracticesAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken) =>
        PracticesOf(issue, await practices.GetAsync(topic.Id, cancellationToken));

    private static IReadOnlyList<Practice> PracticesOf(DigestIssue issue, PublishedSnapshot snapshot)
    {
        var published = snapshot.NewestFirst.Where(practice => practice.IsMailable).ToList();
        if (issue.HasUnreadablePractices)
            return [.. published.AsEnumerable().Reverse().Where(practice => practice.DigestIssue == issue.Name)];

        var byReference = published.DistinctBy(practice => practice.Reference).ToDictionary(practice => practice.Reference);
        return [.. issue.Practices.Select(byReference.GetValueOrDefault).OfType<Practice>()];
    }

    private SingleFlightCache<Found> NewCache(TopicId topicId, IssueName issueName)
    {
        (IReadOnlyList<Practice> Practices, IssueMail Mail)? latest = null;
        return new SingleFlightCache<Found>(async () =>
        {
            if (topics.Find(topicId) is not { } topic
                || await digests.FindAsync(topicId, issueName, CancellationToken.None) is not { } issue)
                return new Found(null);

            // A cached list may be older than the issue: its practices would be missing in the mail.
            var published = PracticesOf(issue, await practices.GetNewAsync(topicId, CancellationToken.None));
            if (latest is not { } last || !last.Practices.SequenceEqual(published))
                latest = last = (published, await RenderMailAsync(topic, issue, published));
            return new Found(last.Mail with
            {
                StartedOn = issue.StartedOn,
                IsHeld = issue.Status == IssueStatus.Held,
                IsWithdrawn = issue.HadPractices && published.Count == 0,
            });
        }, MaxAge, time);
    }

    // Renders all languages before a range is claimed, because a fault after the claim would make the recipients unknown.
    private async Task<IssueMail> RenderMailAsync(Topic topic, DigestIssue issue, IReadOnlyList<Practice> published)
    {
        // Random, so that the text of a practice cannot contain it.
        var placeholder = $"%unsubscribe-{Guid.NewGuid():N}%";
        var mails = ImmutableDictionary.CreateBuilder<string, MailContent>();
        foreach (var language in Language.All)
            mails[language.Code] = await language.RunAsync(
                () => RenderMailAsync(topic, issue, DigestContent.Of(topic, issue.Name, published, site, placeholder)));
        return new IssueMail(mails.ToImmutable(), issue.StartedOn, placeholder, IsHeld: false, IsWithdrawn: false);
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

    private sealed record Found(IssueMail? Mail);
}
