using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Chaos;

/// <summary>People and programs that use the app, each with pauses, until they are stopped.</summary>
internal sealed partial class Users(Client client, SendGridStandIn sendGrid, Ledger ledger, int seed)
{
    public const string Topic = "mainstreaming-migration";

    private static readonly string[] Pages =
    [
        "", "topics/{topic}", "topics/{topic}?q=bus&country=CR", "topics/{topic}/feed", "practices/{topic}/{reference}", "submit",
        "subscribe", "digests/{topic}", "digests/{topic}/{issue}", "sitemap.xml", "robots.txt", "style.css",
        "api/health", "api/topics/{topic}/practices", "api/submissions/{topic}/{reference}", "api/digests/{topic}/{issue}",
    ];

    private static readonly string[] Languages = ["en", "fr", "es", "ar"];

    private static readonly TimeSpan MailDeadline = TimeSpan.FromSeconds(90);

    private int _people;

    /// <summary>Submits new practices, each until it is accepted.</summary>
    public async Task SubmitAsync(int number, CancellationToken stop)
    {
        var random = new Random(seed + number);
        for (var i = 1; !stop.IsCancellationRequested; i++)
        {
            var title = $"Practice {seed}-{number}-{i}";
            var practice = new Dictionary<string, string>
            {
                ["topic"] = Topic,
                ["title"] = title,
                ["summary"] = $"A bus that brings advice to people in border areas. It is called {title}.",
                ["country"] = "CR",
            };
            if (random.Next(4) == 0)
                practice["email"] = $"submitter-{number}-{i}@example.org";
            var kind = random.Next(4);
            var copies = random.Next(4) == 0 ? 2 : 1;
            // A submission that was begun is repeated to its end, also if the run stops.
            for (var copy = 0; copy < copies; copy++)
                await SubmitAsync(kind, practice);
            await PauseAsync(random, 6_000, stop);
        }
    }

    /// <summary>Reads pages and the API.</summary>
    public async Task ReadAsync(int number, CancellationToken stop)
    {
        var random = new Random(seed + number);
        while (!stop.IsCancellationRequested)
        {
            var page = Pages[random.Next(Pages.Length)];
            if (ledger.AnyReference(random) is { } reference && (ledger.AnyIssue(random) is { } issue || !page.Contains("{issue}")))
            {
                var address = page.Replace("{topic}", Topic, StringComparison.Ordinal)
                    .Replace("{reference}", reference, StringComparison.Ordinal)
                    .Replace("{issue}", ledger.AnyIssue(random), StringComparison.Ordinal);
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                var answer = await client.SendAsync($"GET /{page}", request, [200]);
                if (answer.Status == 200 && page.EndsWith("/practices", StringComparison.Ordinal))
                    foreach (var practice in JsonNode.Parse(answer.Body)!["practices"]!.AsArray())
                        ledger.Shown(practice!["reference"]!.GetValue<string>());
            }

            await PauseAsync(random, 400, stop);
        }
    }

    /// <summary>New people subscribe; half of them unsubscribe some minutes later.</summary>
    public async Task SubscribeAsync(int maxPeople, CancellationToken stop)
    {
        var random = new Random(seed);
        var people = new List<Task>();
        while (!stop.IsCancellationRequested && people.Count < maxPeople)
        {
            people.Add(SubscribeOneAsync(new Random(random.Next()), stop));
            await PauseAsync(random, 8_000, stop);
        }

        await Task.WhenAll(people);
    }

    /// <summary>Runs PublishDigest each minute.</summary>
    public async Task PublishAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMinutes(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await PublishOnceAsync();
        }
    }

    public Task PublishOnceAsync() => client.RepeatAsync(
        "POST /admin/functions/PublishDigest", () => new(HttpMethod.Post, "admin/functions/PublishDigest"), [202], CancellationToken.None);

    private async Task SubmitAsync(int kind, Dictionary<string, string> practice)
    {
        var title = practice["title"];
        if (kind == 0)
        {
            practice["step"] = "send";
            var page = await client.RepeatAsync(
                "POST /submit", () => Post("submit", new FormUrlEncodedContent(practice)), [303], CancellationToken.None);
            if (page?.Location is { } location)
                ledger.Accepted(title, location.OriginalString.Split('?')[0].Split('/')[^1]);
            return;
        }

        var answer = await client.RepeatAsync("POST /api/submissions", () =>
        {
            var post = Post("api/submissions", kind == 1 ? new FormUrlEncodedContent(practice) : JsonContent.Create(practice));
            if (kind == 3)
                post.Headers.Add("Idempotency-Key", title);
            return post;
        }, [202], CancellationToken.None);
        if (answer is not null)
            ledger.Accepted(title, JsonNode.Parse(answer.Body)!["reference"]!.GetValue<string>());
    }

    private async Task SubscribeOneAsync(Random random, CancellationToken stop)
    {
        var person = ledger.AddPerson($"reader-{Interlocked.Increment(ref _people)}@example.org");
        if (await ConfirmationLinkAsync(person, random, stop) is not { } link)
            return;

        person.ConfirmationBegan = DateTimeOffset.UtcNow;
        if (await client.RepeatAsync("POST /subscriptions/confirm", () => Post(link), [200], CancellationToken.None) is null)
            return;
        person.ConfirmedOn = DateTimeOffset.UtcNow;
        if (random.Next(2) == 0)
            return;

        await PauseAsync(random, 240_000, stop);
        if (MailsTo(person).Select(mail => mail.UnsubscribeLink).OfType<string>().LastOrDefault() is not { } unsubscribe)
            return;
        person.UnsubscriptionBegan = DateTimeOffset.UtcNow;
        if (await client.RepeatAsync(
            "POST /subscriptions/unsubscribe",
            () => Post(unsubscribe, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")])), [200], CancellationToken.None)
            is not null)
            person.UnsubscribedOn = DateTimeOffset.UtcNow;
    }

    /// <summary>Asks again if no mail comes.</summary>
    private async Task<string?> ConfirmationLinkAsync(Person person, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var fields = new Dictionary<string, string>
            {
                ["email"] = person.Email,
                ["topic"] = Topic,
                ["language"] = Languages[random.Next(Languages.Length)],
            };
            if (random.Next(2) == 0)
                await client.RepeatAsync(
                    "POST /subscribe", () => Post($"subscribe?lang={fields["language"]}", new FormUrlEncodedContent(fields)), [200], stop);
            else
                await client.RepeatAsync(
                    "POST /api/subscriptions", () => Post("api/subscriptions", JsonContent.Create(fields)), [202], stop);

            for (var deadline = DateTimeOffset.UtcNow + MailDeadline; DateTimeOffset.UtcNow < deadline && !stop.IsCancellationRequested;)
            {
                await Task.Delay(500, CancellationToken.None);
                foreach (var mail in MailsTo(person))
                    if (ConfirmationLink().Match(mail.Html) is { Success: true } link)
                        return WebUtility.HtmlDecode(link.Value);
            }
        }

        return null;
    }

    private IEnumerable<AcceptedMail> MailsTo(Person person) => sendGrid.Mails.Where(mail => mail.To == person.Email);

    private static HttpRequestMessage Post(string address, HttpContent? content = null) =>
        new(HttpMethod.Post, address) { Content = content };

    private static Task PauseAsync(Random random, int maxMilliseconds, CancellationToken stop) =>
        Task.Delay(random.Next(maxMilliseconds / 4, maxMilliseconds), stop).ContinueWith(_ => { }, TaskScheduler.Default);

    [GeneratedRegex(@"http[^""\s]+/subscriptions/confirm\?[^""\s<]+")]
    private static partial Regex ConfirmationLink();
}
