using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Pipeline.Languages;
using Xunit;

namespace Pipeline.Tests;

/// <param name="IsList">True if subscribers get it, so that it has the headers of a list.</param>
/// <param name="CauseAsync">Makes the app queue the mail.</param>
public sealed record MailKind(string Name, bool IsList, Func<PipelineApp, Task> CauseAsync, params string[] Settings)
{
    private const string Recipient = "angelica.pinzon@example.org";

    private static readonly string[] ArabicTopic = [$"Topics:0:Id={PipelineApp.Topic}", "Topics:0:Name=إدماج الهجرة في التخطيط التنموي"];
    private static readonly string[] EmptyDigest = ["Digest:Day=Monday", "Digest:SkipEmpty=false"];

    public Language Language { get; private init; } = Language.English;

    public static readonly IReadOnlyList<MailKind> All =
    [
        new("confirmation", false, SignUpAsync),
        new("confirmation, right to left", false, SignUpAsync, ArabicTopic),
        new("published", false, app => DecideAsync(app, Samples.Practice(), "Published")),
        new("published, right to left", false, app => DecideAsync(app, Samples.Arabic[0], "Published")),
        new("declined", false, app => DecideAsync(app, Samples.Practice(), "Declined")),
        new("declined, longest", false, app => DecideAsync(app, Samples.Longest("W"), "Declined")),
        new("digest of none", true, app => PublishAsync(app, []), EmptyDigest),
        new("digest of one", true, app => PublishAsync(app, [Samples.Practice()])),
        new("digest of eight", true, app => PublishAsync(app, Samples.Demo)),
        new("digest of 25", true, app => PublishAsync(app, Enumerable.Range(1, 25).Select(NumberedDemo))),
        new("digest, right to left", true, app => PublishAsync(app, Samples.Arabic), ArabicTopic),
        new("digest, mixed", true, app => PublishAsync(app, Samples.Mixed)),
        new("digest, longest words", true, app => PublishAsync(app, LongestOf("W"))),
        new("digest, longest emoji", true, app => PublishAsync(app, LongestOf("😀"))),
        new("digest, longest entities", true, app => PublishAsync(app, LongestOf("\""))),
        // A character for private use, which HTML writes as a reference of ten characters.
        new("digest, longest references", true, app => PublishAsync(app, LongestOf("\U0010FFFD"))),
        .. Language.All.Where(language => language != Language.English).SelectMany(In),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => All.Select(kind => new TheoryDataRow<string>(kind.Name));

    public static MailKind Named(string name) => All.Single(kind => kind.Name == name);

    /// <summary>Makes the app send the mail, and returns the request to SendGrid.</summary>
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

    /// <summary>The topic has its usual name, which is translated; the practices are not.</summary>
    private static IEnumerable<MailKind> In(Language language)
    {
        var numbered = Enumerable.Range(1, 21).Select(i => Samples.Practice($"Migra Movil ({i})"));
        MailKind[] kinds =
        [
            new("confirmation", false, app => SignUpAsync(app, language)),
            new("published", false, app => DecideAsync(app, Samples.Practice(), "Published", language)),
            new("declined", false, app => DecideAsync(app, Samples.Arabic[0], "Declined", language)),
            new("digest of none", true, app => PublishAsync(app, [], language), EmptyDigest),
            new("digest of one", true, app => PublishAsync(app, [Samples.Practice()], language)),
            new("digest of 21", true, app => PublishAsync(app, numbered, language)),
            new("digest, mixed", true, app => PublishAsync(app, Samples.Mixed, language)),
        ];
        return kinds.Select(kind => kind with { Name = $"{kind.Name}, {language.Code}", Language = language });
    }

    private static Dictionary<string, string> NumberedDemo(int number)
    {
        var demo = Samples.Demo[number % Samples.Demo.Count];
        return demo.With("title", $"{demo["title"]} ({number})");
    }

    private static IEnumerable<Dictionary<string, string>> LongestOf(string character) =>
        Enumerable.Range(1, 25).Select(number => Samples.Longest(character, number));

    private static Task SignUpAsync(PipelineApp app) => SignUpAsync(app, Language.English);

    private static async Task SignUpAsync(PipelineApp app, Language language)
    {
        app.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language.Code);
        var form = new Dictionary<string, string> { ["email"] = Recipient, ["topic"] = PipelineApp.Topic };
        using var answer = await app.Http.PostAsync("api/subscriptions", new FormUrlEncodedContent(form), Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static async Task DecideAsync(
        PipelineApp app, Dictionary<string, string> practice, string status, Language? language = null)
    {
        app.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd((language ?? Language.English).Code);
        var reference = await app.SubmitAcceptedAsync(practice.With("email", Recipient));
        await app.PracticeAsync(reference);
        await app.SetStatusAsync(reference, status);
        await app.PublishDigestAsync();
    }

    private static async Task PublishAsync(
        PipelineApp app, IEnumerable<Dictionary<string, string>> practices, Language? language = null)
    {
        await app.AddSubscribersAsync(3, "angelica.pinzon", language);
        await Task.WhenAll(practices.Select(app.SubmitPublishedAsync));
        await app.PublishDigestAsync();
    }
}
