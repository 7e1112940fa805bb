using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pipeline.Languages;
using Xunit;

namespace Pipeline.Tests;

/// <summary>A kind of mail that the app sends, with what is to happen for it to be sent.</summary>
/// <param name="IsList">Goes to subscribers, so that it has a list's headers.</param>
/// <param name="Settings">For the app.</param>
public sealed record MailKind(string Name, bool IsList, Func<PipelineApp, Task> CauseAsync, params string[] Settings)
{
    /// <summary>Of whoever gets it.</summary>
    public Language Language { get; private init; } = Language.English;

    private const string ArabicTopic = "إدماج الهجرة في التخطيط التنموي";

    public static readonly IReadOnlyList<MailKind> All =
    [
        new("confirmation", false, SignUpAsync),
        new("confirmation, right to left", false, SignUpAsync, $"Topics:0:Id={PipelineApp.Topic}", $"Topics:0:Name={ArabicTopic}"),
        new("published", false, app => JudgeAsync(app, Samples.Practice("Migra Movil"), "Published")),
        new("published, right to left", false, app => JudgeAsync(app, Samples.Arabic[0], "Published")),
        new("declined", false, app => JudgeAsync(app, Samples.Practice("Migra Movil"), "Declined")),
        new("declined, longest", false, app => JudgeAsync(app, Samples.Longest("W"), "Declined")),
        new("digest of none", true, app => PublishAsync(app, []), "Digest:Day=Monday", "Digest:SkipEmpty=false"),
        new("digest of one", true, app => PublishAsync(app, [Samples.Practice("Migra Movil")])),
        new("digest of eight", true, app => PublishAsync(app, Samples.Demo)),
        new("digest of 25", true, app => PublishAsync(app, Enumerable.Range(1, 25).Select(i => Samples.Demo[i % Samples.Demo.Count].With("title", $"{Samples.Demo[i % Samples.Demo.Count]["title"]} ({i})")))),
        new("digest, right to left", true, app => PublishAsync(app, Samples.Arabic), $"Topics:0:Id={PipelineApp.Topic}", $"Topics:0:Name={ArabicTopic}"),
        new("digest, mixed", true, app => PublishAsync(app, Samples.Mixed)),
        new("digest, longest words", true, app => PublishAsync(app, Enumerable.Range(1, 25).Select(i => Samples.Longest("W", i)))),
        new("digest, longest emoji", true, app => PublishAsync(app, Enumerable.Range(1, 25).Select(i => Samples.Longest("😀", i)))),
        new("digest, longest entities", true, app => PublishAsync(app, Enumerable.Range(1, 25).Select(i => Samples.Longest("\"", i)))),
        // For private use: HTML writes each as a reference of ten characters.
        new("digest, longest references", true, app => PublishAsync(app, Enumerable.Range(1, 25).Select(i => Samples.Longest("\U0010FFFD", i)))),
        .. Language.All.Where(language => language != Language.English).SelectMany(In),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => All.Select(kind => new TheoryDataRow<string>(kind.Name));

    public static MailKind Named(string name) => All.Single(kind => kind.Name == name);

    /// <summary>Sends it and gives the request, as it went over the wire.</summary>
    public async Task<SentMail> SendAsync(PipelineApp app)
    {
        var requests = new ConcurrentQueue<string>();
        app.SendGrid.Instead = async (_, request) =>
        {
            requests.Enqueue(await request.Content!.ReadAsStringAsync(CancellationToken.None));
            return null;
        };
        await CauseAsync(app);
        await app.UntilAsync($"the mail ({Name}) is sent", () => Task.FromResult(!requests.IsEmpty));
        return new SentMail(JsonNode.Parse(Assert.Single(requests))!.AsObject());
    }

    /// <summary>The topic has its usual name, which is there in all languages; the practices have theirs.</summary>
    private static IEnumerable<MailKind> In(Language language)
    {
        MailKind[] kinds =
        [
            new("confirmation", false, app => SignUpAsync(app, language)),
            new("published", false, app => JudgeAsync(app, Samples.Practice("Migra Movil"), "Published", language)),
            new("declined", false, app => JudgeAsync(app, Samples.Arabic[0], "Declined", language)),
            new("digest of none", true, app => PublishAsync(app, [], language), "Digest:Day=Monday", "Digest:SkipEmpty=false"),
            new("digest of one", true, app => PublishAsync(app, [Samples.Practice("Migra Movil")], language)),
            new("digest of 21", true, app => PublishAsync(app, Enumerable.Range(1, 21).Select(i => Samples.Practice($"Migra Movil ({i})")), language)),
            new("digest, mixed", true, app => PublishAsync(app, Samples.Mixed, language)),
        ];
        return kinds.Select(kind => kind with { Name = $"{kind.Name}, {language.Code}", Language = language });
    }

    private static Task SignUpAsync(PipelineApp app) => SignUpAsync(app, Language.English);

    private static async Task SignUpAsync(PipelineApp app, Language language)
    {
        app.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language.Code);
        using var answer = await app.Http.PostAsync(
            "api/subscriptions", new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = "angelica.pinzon@example.org", ["topic"] = PipelineApp.Topic }),
            TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static async Task JudgeAsync(PipelineApp app, Dictionary<string, string> practice, string status, Language? language = null)
    {
        app.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd((language ?? Language.English).Code);
        var reference = await app.AcceptedAsync(practice.With("email", "angelica.pinzon@example.org"));
        await app.StoredAsync(reference);
        await app.SetStatusAsync(reference, status);
        await app.PublishDigestAsync();
    }

    private static async Task PublishAsync(PipelineApp app, IEnumerable<Dictionary<string, string>> practices, Language? language = null)
    {
        await app.SubscribersAsync(3, "angelica.pinzon", language);
        await Task.WhenAll(practices.Select(app.PublishedAsync));
        await app.PublishDigestAsync();
    }
}
