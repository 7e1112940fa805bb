using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>
/// Writes an issue's letter, once in each process and language however many deliveries it has: what a delivery costs does not
/// grow with the practices in it.
/// </summary>
public sealed class DigestMails(
    TopicCatalog topics, DigestTable digests, PracticeTable practices, MailRenderer renderer, SiteOptions site, TimeProvider time)
{
    private const int MaxRemembered = 20;

    /// <summary>How long it may take until an admin's word to hold an issue has reached every process that sends it.</summary>
    private static readonly TimeSpan MaxStatusAge = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(TopicId Topic, IssueName Issue), SingleFlightCache<Found>> _issues = new();

    /// <summary>Null if there is no such issue.</summary>
    public async Task<IssueMail?> FindAsync(TopicId topicId, IssueName issueName, CancellationToken cancellationToken)
    {
        if (_issues.Count >= MaxRemembered && !_issues.ContainsKey((topicId, issueName)))
            _issues.Clear();
        var found = await _issues.GetOrAdd((topicId, issueName), key => NewCache(key.Topic, key.Issue)).GetAsync(cancellationToken);
        // The issue may be made a moment later.
        if (found.MailContent is null)
            _issues.TryRemove((topicId, issueName), out _);
        return found.MailContent;
    }

    /// <summary>The status is read again and again, the mail is written once.</summary>
    private SingleFlightCache<Found> NewCache(TopicId topicId, IssueName issueName)
    {
        IssueMail? written = null;
        return new SingleFlightCache<Found>(async () =>
        {
            if (topics.Find(topicId) is not { } topic || await digests.FindAsync(topicId, issueName, CancellationToken.None) is not { } issue)
                return new Found(null);

            // Before the first delivery was enqueued the list of practices was final.
            written ??= await WriteAsync(topic, issue, CancellationToken.None);
            return new Found(written with { IsHeld = issue.Status == IssueStatus.Held });
        }, MaxStatusAge, time);
    }

    /// <summary>The issue as a page in the current language, without anything personal.</summary>
    public async Task<string> PageAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken) =>
        await RenderAsync(DigestContent.Of(topic, issue.Name, await PracticesAsync(topic, issue, cancellationToken), site, null));

    /// <summary>In all languages at once: which of them its readers want shows when they are claimed, and then nothing must go wrong any more.</summary>
    private async Task<IssueMail> WriteAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken)
    {
        // Nobody who writes a practice can guess it and so put a reader's link where it does not belong.
        var placeholder = $"%unsubscribe-{Guid.NewGuid():N}%";
        var published = await PracticesAsync(topic, issue, cancellationToken);
        var mails = ImmutableDictionary.CreateBuilder<string, MailContent>();
        foreach (var language in Language.All)
            mails[language.Code] = await language.RunAsync(() => WriteAsync(topic, issue, DigestContent.Of(topic, issue.Name, published, site, placeholder)));
        return new IssueMail(mails.ToImmutable(), placeholder, IsHeld: false);
    }

    private async Task<MailContent> WriteAsync(Topic topic, DigestIssue issue, DigestContent content) => new(
        content.Subject,
        await RenderAsync(content),
        content.PlainText(),
        new Dictionary<string, string>
        {
            ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click",
            ["List-Id"] = $"<{topic.Id}.{site.BaseUrl.Host}>",
            ["Auto-Submitted"] = "auto-generated",
            // Gmail's complaint figures by issue, topic and kind, ending with a name of the sender.
            ["Feedback-ID"] = $"{issue.Name}:{topic.Id}:digest:pipeline",
        },
        new Dictionary<string, string>());

    private Task<string> RenderAsync(DigestContent content) =>
        renderer.RenderAsync<DigestMail>(new Dictionary<string, object?> { [nameof(DigestMail.Content)] = content });

    private async Task<IReadOnlyList<Practice>> PracticesAsync(Topic topic, DigestIssue issue, CancellationToken cancellationToken)
    {
        List<Practice> there = [];
        foreach (var reference in issue.Practices)
            // What an admin took back meanwhile is no longer for readers.
            if (await practices.FindAsync(topic.Id, reference, cancellationToken) is { Status: PracticeStatus.Published } practice)
                there.Add(practice);

        return there;
    }

    private sealed record Found(IssueMail? MailContent);
}
