using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Text;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class SendGridEventTests(AzuriteFixture azurite) : IDisposable
{
    private const string Amina = "amina@example.org";

    private static readonly string[] TwoTopics = ["Topics:0:Id=work", "Topics:0:Name=Work", "Topics:1:Id=health", "Topics:1:Name=Health"];

    private readonly EventSigner signer = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => signer.Dispose();

    [Fact]
    public async Task Who_calls_a_digest_spam_gets_no_other()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(2);
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("both digests are there", async () => (await app.DigestsAsync()).Count == 2);
        var mail = Assert.Single(await app.MailsAsync("reader0@example.org"));
        app.Time.Advance(TimeSpan.FromMinutes(5));

        await TakenAsync(app, signer.Event("spamreport", mail, app.Time.GetUtcNow()));

        var rows = await app.SubscribersAsync();
        Assert.Equal("Complained", rows.Single(row => row.Email == "reader0@example.org").Status);
        Assert.Equal("Confirmed", rows.Single(row => row.Email == "reader1@example.org").Status);
        await app.SubmitPublishedAsync(Samples.Practice("Another one"));
        await app.PublishDigestAsync();
        await app.UntilAsync("the second digest is there, and nothing on its way", async () =>
            (await app.MailsAsync("reader1@example.org")).Count == 2
            && (await app.DeliveriesAsync()).All(row => row.SettledOn is not null));
        Assert.Single(await app.MailsAsync("reader0@example.org"));
    }

    [Theory]
    [InlineData("bounce", "bounce", "550 5.1.1 no mailbox for amina@example.org", "Bounced", "Bounced")]
    [InlineData("bounce", "blocked", "421 busy", "Confirmed", "Confirmed")]
    [InlineData("deferred", null, "400 try again later", "Confirmed", "Confirmed")]
    [InlineData("dropped", null, "Bounced Address", "Bounced", "Bounced")]
    [InlineData("dropped", null, "Spam Reporting Address", "Complained", "Complained")]
    [InlineData("dropped", null, "Unsubscribed Address", "Unsubscribed", "Confirmed")]
    [InlineData("dropped", null, "Spam Content", "Confirmed", "Confirmed")]
    [InlineData("spamreport", null, null, "Complained", "Complained")]
    [InlineData("unsubscribe", null, null, "Unsubscribed", "Confirmed")]
    [InlineData("group_unsubscribe", null, null, "Unsubscribed", "Confirmed")]
    [InlineData("delivered", null, null, "Confirmed", "Confirmed")]
    [InlineData("open", null, null, "Confirmed", "Confirmed")]
    public async Task A_subscription_ends_as_it_was_ended(string kind, string? type, string? reason, string atWork, string atHealth)
    {
        await using var app = await StartAsync(TwoTopics);
        await ConfirmedAsync(app, Amina);
        var happened = signer.Event(kind, Amina, app.Time.GetUtcNow());
        happened["issue"] = "work/2026-11-23";
        if (type is not null)
            happened["type"] = type;
        if (reason is not null)
            happened["reason"] = reason;

        await TakenAsync(app, happened);

        var rows = await app.SubscribersAsync();
        Assert.Equal(atWork, Of(rows, "work").Status);
        Assert.Equal(atHealth, Of(rows, "health").Status);
        Assert.All(rows.Where(row => row.Status != "Confirmed"), row =>
        {
            Assert.StartsWith($"SendGrid: {kind}", row.Reason);
            Assert.DoesNotContain("amina", row.Reason);
            Assert.Equal(app.Time.GetUtcNow(), row.EndedOn);
        });
        Assert.DoesNotContain(app.Log.All, line => line.Contains("amina", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Again_in_another_order_and_in_pieces_it_comes_to_the_same()
    {
        await using var app = await StartAsync(TwoTopics);
        var confirmedOn = app.Time.GetUtcNow();
        string[] ways = ["once", "thrice", "backwards", "shuffled", "split", "split-backwards"];
        string[] people = ["a", "b", "c", "d", "e"];
        foreach (var way in ways)
            foreach (var person in people)
                await ConfirmedAsync(app, $"{way}-{person}@example.org");
        app.Time.Advance(TimeSpan.FromHours(1));

        IReadOnlyList<JsonObject> EventsOf(string way)
        {
            JsonObject Happened(string kind, string person, int minute, params (string Name, string Value)[] fields)
            {
                var happened = signer.Event(kind, $"{way}-{person}@example.org", confirmedOn + TimeSpan.FromMinutes(minute));
                foreach (var (name, value) in fields)
                    happened[name] = value;
                return happened;
            }

            return
            [
                Happened("processed", "a", 1), Happened("delivered", "a", 2),
                Happened("unsubscribe", "b", 3, ("issue", "health/2026-11-23")), Happened("spamreport", "b", 5),
                Happened("bounce", "c", 4, ("type", "bounce"), ("reason", "550 5.1.1 unknown")), Happened("unsubscribe", "c", 9),
                Happened("spamreport", "d", 2), Happened("bounce", "d", 8, ("type", "bounce")), Happened("group_unsubscribe", "d", 1, ("issue", "work/2026-11-23")),
                Happened("bounce", "e", 3, ("type", "blocked")), Happened("unsubscribe", "e", 30, ("issue", "work/2026-11-23")),
                Happened("unsubscribe", "e", -60, ("issue", "health/2026-11-20")),
            ];
        }

        var random = new Random(7);
        foreach (var way in ways)
        {
            var events = EventsOf(way).ToArray();
            if (way.EndsWith("backwards", StringComparison.Ordinal))
                Array.Reverse(events);
            if (way == "shuffled")
                random.Shuffle(events);
            for (var time = 0; time < (way == "thrice" ? 3 : 1); time++)
                foreach (var post in events.Chunk(way.StartsWith("split", StringComparison.Ordinal) ? 1 : events.Length))
                    await TakenAsync(app, post);
        }

        var rows = await app.SubscribersAsync();
        string State(string way) => string.Join('\n', people.SelectMany(person => rows
            .Where(row => row.Email == $"{way}-{person}@example.org")
            .OrderBy(row => row.PartitionKey[..4], StringComparer.Ordinal)
            .Select(row => $"{person} {row.PartitionKey.Split('~')[0]} {row.Status} {row.Reason} {row.EndedOn:HH:mm}".TrimEnd())));
        Assert.Equal(
            """
            a health Confirmed
            a work Confirmed
            b health Complained SendGrid: spamreport 10:35
            b work Complained SendGrid: spamreport 10:35
            c health Bounced SendGrid: bounce, 550 5.1.1 unknown 10:34
            c work Bounced SendGrid: bounce, 550 5.1.1 unknown 10:34
            d health Complained SendGrid: spamreport 10:32
            d work Complained SendGrid: spamreport 10:32
            e health Confirmed
            e work Unsubscribed SendGrid: unsubscribe 11:00
            """,
            State("once"));
        Assert.All(ways, way => Assert.Equal(State("once"), State(way)));
    }

    [Fact]
    public async Task Thousands_of_events_without_a_meaning_for_consent_cost_it_nothing()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var events = Enumerable.Range(0, 5_000).Select(i =>
        {
            var happened = signer.Event(i % 2 == 0 ? "processed" : "delivered", $"reader{i / 2}@example.org", app.Time.GetUtcNow());
            (happened["issue"], happened["delivery"], happened["call"]) = ($"{PipelineApp.Topic}/2026-11-23", $"{i / 1000:x32}", $"call{i / 1000}");
            return happened;
        });
        app.Wire.Reset();

        await TakenAsync(app, [.. events]);

        Assert.DoesNotContain(app.Wire.Calls, call => call.Path.StartsWith("/Subscribers", StringComparison.Ordinal));
        Assert.Contains(app.Log.All, line => line.Contains("Processed 5000 SendGrid events: 5 requests confirmed, 0 subscriptions ended, 0 unreadable."));
    }

    [Fact]
    public async Task Hundreds_of_ends_in_one_post_all_count_and_a_stranger_costs_a_look()
    {
        await using var app = await StartAsync();
        var readers = await app.AddSubscribersAsync(300);
        app.Wire.Reset();

        await TakenAsync(app, [.. readers.Append("stranger@example.org").Select(email => signer.Event("spamreport", email, app.Time.GetUtcNow()))]);

        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Complained", row.Status));
        Assert.Equal(300, app.Wire.Calls.Count(call => call.IsWrite && call.Path.StartsWith("/Subscribers", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_cannot_be_read_is_counted_and_the_rest_still_counts()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var incomplete = signer.Event("spamreport", "nobody", app.Time.GetUtcNow());
        var fromTheFuture = signer.Event("bounce", "reader0@example.org", app.Time.GetUtcNow() + TimeSpan.FromDays(2));
        fromTheFuture["type"] = "bounce";
        var body = new JsonArray(1, "x", new JsonObject(), null, incomplete, fromTheFuture, signer.Event("unsubscribe", "reader0@example.org", app.Time.GetUtcNow()));

        using var answer = await signer.PostAsync(app, JsonSerializer.SerializeToUtf8Bytes(body), app.Time.GetUtcNow());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Unsubscribed", Assert.Single(await app.SubscribersAsync()).Status);
        Assert.Contains(app.Log.All, line => line.Contains("1 subscriptions ended, 6 unreadable."));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{\"event\":\"open\"}")]
    public async Task A_signed_body_that_is_no_array_is_400(string body)
    {
        await using var app = await StartAsync();

        using var answer = await signer.PostAsync(app, System.Text.Encoding.UTF8.GetBytes(body), app.Time.GetUtcNow());

        await AssertProblemAsync(HttpStatusCode.BadRequest, answer);
    }

    [Fact]
    public async Task While_storage_is_away_SendGrid_is_told_to_come_again()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var happened = signer.Event("spamreport", "reader0@example.org", app.Time.GetUtcNow());
        app.Wire.Before = call =>
        {
            if (call.Path.StartsWith("/Subscribers", StringComparison.Ordinal))
                throw Wire.Unreachable();
        };

        using (var away = await signer.PostAsync(app, happened))
        {
            await AssertProblemAsync(HttpStatusCode.ServiceUnavailable, away);
            Assert.NotNull(away.Headers.RetryAfter);
        }

        app.Wire.Reset();
        await TakenAsync(app, happened);
        Assert.Equal("Complained", Assert.Single(await app.SubscribersAsync()).Status);
    }

    [Fact]
    public async Task A_signature_lasts_as_long_as_the_setting_says()
    {
        await using var app = await StartAsync("SendGrid:WebhookTolerance=00:05:00");
        var (body, now) = (EventSigner.Body(), app.Time.GetUtcNow());

        async Task<HttpStatusCode> StatusAsync(double minutes)
        {
            using var answer = await signer.PostAsync(app, body, now + TimeSpan.FromMinutes(minutes));
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(-5));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(5));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(-5.1));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(5.1));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(-5));
        Assert.Contains(app.Log.All, line => line.Contains("SendGrid__WebhookTolerance is 00:05:00"));
    }

    [Fact]
    public async Task Without_a_key_nobody_is_believed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await signer.PostAsync(app, signer.Event("open", Amina, app.Time.GetUtcNow()));

        Assert.Contains("SendGrid__WebhookPublicKey", await AssertProblemAsync(HttpStatusCode.Forbidden, answer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_ten_MiB_are_too_much_signed_or_not(bool announced)
    {
        await using var app = await StartAsync();
        var body = new byte[(10 * 1024 * 1024) + 1];
        Array.Fill(body, (byte)' ');
        (body[0], body[^2]) = ((byte)'[', (byte)']');
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());

        using (var fits = await signer.PostAsync(app, body[..^1], app.Time.GetUtcNow()))
            Assert.Equal(HttpStatusCode.OK, fits.StatusCode);

        using var post = EventSigner.Post(timestamp, Convert.ToBase64String(signer.Sign(timestamp, body)), body);
        // Waits for a first answer, as the server hangs up on whoever keeps sending after a refusal.
        post.Headers.ExpectContinue = announced;
        post.Headers.TransferEncodingChunked = !announced;
        using var answer = await app.Http.SendAsync(post, Cancellation);
        await AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, answer);
    }

    [Fact]
    public async Task The_media_type_and_chunks_do_not_matter_to_what_is_signed()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var body = EventSigner.Body(signer.Event("spamreport", "reader0@example.org", app.Time.GetUtcNow()));
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());
        using var post = EventSigner.Post(timestamp, Convert.ToBase64String(signer.Sign(timestamp, body)), body);
        post.Content!.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        post.Headers.TransferEncodingChunked = true;

        using var answer = await app.Http.SendAsync(post, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Complained", Assert.Single(await app.SubscribersAsync()).Status);
    }

    private Task<PipelineApp> StartAsync(params string[] settings) => PipelineApp.StartAsync(azurite.NewAccount(), [signer.Setting, .. settings]);

    private async Task TakenAsync(PipelineApp app, params JsonObject[] events)
    {
        using var answer = await signer.PostAsync(app, events);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task ConfirmedAsync(PipelineApp app, string email)
    {
        Assert.True(EmailAddress.TryParse(email, out var address));
        foreach (var topic in app.Get<TopicCatalog>().All)
        {
            await app.Get<SubscriberTable>().SignUpAsync(topic.Id, address, Language.English, Cancellation);
            Assert.Equal(
                ConfirmationResult.Confirmed,
                await app.Get<SubscriberTable>().ConfirmAsync(topic.Id, SubscriberKey.Of(address), app.Time.GetUtcNow(), language: null, Cancellation));
        }
    }

    private static T Of<T>(IEnumerable<T> rows, string topic) where T : StoredRow =>
        rows.Single(row => row.PartitionKey.StartsWith(topic + "~", StringComparison.Ordinal));

    private static async Task<string> AssertProblemAsync(HttpStatusCode status, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var title = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("title").GetString()!;
        Assert.EndsWith(".", title);
        return title;
    }
}
