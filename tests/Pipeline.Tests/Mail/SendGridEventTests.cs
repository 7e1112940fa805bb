using System.Net;
using System.Net.Http.Headers;
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

    private readonly EventSigner _signer = new();

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task A_spam_report_ends_the_subscription()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(2);
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("both digests arrive", async () => (await app.DigestsAsync()).Count == 2);
        var mail = Assert.Single(await app.MailsAsync("reader0@example.org"));
        app.Time.Advance(TimeSpan.FromMinutes(5));

        await PostAsync(app, _signer.Event("spamreport", mail, app.Time.GetUtcNow()));

        var rows = await app.SubscribersAsync();
        Assert.Equal("Complained", rows.Single(row => row.Email == "reader0@example.org").Status);
        Assert.Equal("Confirmed", rows.Single(row => row.Email == "reader1@example.org").Status);
        await app.SubmitPublishedAsync(Samples.Practice("Another one"));
        await app.PublishDigestAsync();
        await app.UntilAsync("the second digest arrives and all deliveries are settled", async () =>
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
    public async Task An_event_sets_the_status_of_the_subscriptions(
        string kind, string? type, string? reason, string atWork, string atHealth)
    {
        await using var app = await StartAsync(TwoTopics);
        await ConfirmedAsync(app, Amina);
        var sent = _signer.Event(kind, Amina, app.Time.GetUtcNow());
        sent["issue"] = "work/2026-11-23";
        if (type is not null)
            sent["type"] = type;
        if (reason is not null)
            sent["reason"] = reason;

        await PostAsync(app, sent);

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
    public async Task The_result_does_not_depend_on_order_repetition_and_division_of_events()
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
            JsonObject Event(string kind, string person, int minute, params (string Name, string Value)[] fields)
            {
                var sent = _signer.Event(kind, $"{way}-{person}@example.org", confirmedOn + TimeSpan.FromMinutes(minute));
                foreach (var (name, value) in fields)
                    sent[name] = value;
                return sent;
            }

            return
            [
                Event("processed", "a", 1),
                Event("delivered", "a", 2),
                Event("unsubscribe", "b", 3, ("issue", "health/2026-11-23")),
                Event("spamreport", "b", 5),
                Event("bounce", "c", 4, ("type", "bounce"), ("reason", "550 5.1.1 unknown")),
                Event("unsubscribe", "c", 9),
                Event("spamreport", "d", 2),
                Event("bounce", "d", 8, ("type", "bounce")),
                Event("group_unsubscribe", "d", 1, ("issue", "work/2026-11-23")),
                Event("bounce", "e", 3, ("type", "blocked")),
                Event("unsubscribe", "e", 30, ("issue", "work/2026-11-23")),
                Event("unsubscribe", "e", -60, ("issue", "health/2026-11-20")),
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
                    await PostAsync(app, post);
        }

        var rows = await app.SubscribersAsync();
        string State(string way) => string.Join('\n', people.SelectMany(person => rows
            .Where(row => row.Email == $"{way}-{person}@example.org")
            .OrderBy(row => row.PartitionKey[..4], StringComparer.Ordinal)
            .Select(row => Line(person, row))));
        static string Line(string person, StoredSubscriber row) => string.Join(
            ' ',
            person,
            row.PartitionKey.Split('~')[0],
            row.Status,
            row.Reason,
            $"{row.EndedOn:HH:mm}").TrimEnd();
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
    public async Task Events_that_do_not_end_a_subscription_read_no_subscribers()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var events = Enumerable.Range(0, 5_000).Select(i =>
        {
            var kind = i % 2 == 0 ? "processed" : "delivered";
            var sent = _signer.Event(kind, $"reader{i / 2}@example.org", app.Time.GetUtcNow());
            sent["issue"] = $"{PipelineApp.Topic}/2026-11-23";
            sent["delivery"] = $"{i / 1000:x32}";
            sent["call"] = $"call{i / 1000}";
            return sent;
        });
        app.Wire.Reset();

        await PostAsync(app, [.. events]);

        Assert.DoesNotContain(app.Wire.Calls, call => call.Path.StartsWith("/Subscribers", StringComparison.Ordinal));
        Assert.Contains(app.Log.All, line => line.Contains(
            "Processed 5000 SendGrid events: 5 requests confirmed, 0 subscriptions ended, 0 unreadable."));
    }

    [Fact]
    public async Task Hundreds_of_spam_reports_in_one_post_end_their_subscriptions()
    {
        await using var app = await StartAsync();
        var readers = await app.AddSubscribersAsync(300);
        app.Wire.Reset();

        var now = app.Time.GetUtcNow();
        await PostAsync(app, [.. readers.Append("stranger@example.org").Select(email => _signer.Event("spamreport", email, now))]);

        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Complained", row.Status));
        Assert.Equal(300, app.Wire.Calls.Count(call => call.IsWrite && call.Path.StartsWith("/Subscribers", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unreadable_events_are_counted_and_the_others_are_processed()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var now = app.Time.GetUtcNow();
        var withoutAddress = _signer.Event("spamreport", "nobody", now);
        var correct = _signer.Event("unsubscribe", "reader0@example.org", now);
        var body = new JsonArray(1, "x", new JsonObject(), null, withoutAddress, correct);

        using var answer = await _signer.PostAsync(app, JsonSerializer.SerializeToUtf8Bytes(body), now);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Unsubscribed", Assert.Single(await app.SubscribersAsync()).Status);
        Assert.Contains(app.Log.All, line => line.Contains("1 subscriptions ended, 5 unreadable."));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"soon\"")]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("-5")]
    [InlineData("1794996000.5")]
    [InlineData("1794996000000")]
    [InlineData("99999999999")]
    [InlineData("{}")]
    [InlineData(null)]
    public async Task An_event_without_a_usable_time_ends_the_subscription_now(string? timestamp)
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        app.Time.Advance(TimeSpan.FromMinutes(5));
        var complaint = _signer.Event("spamreport", "reader0@example.org", app.Time.GetUtcNow());
        complaint.Remove("timestamp");
        if (timestamp is not null)
            complaint["timestamp"] = JsonNode.Parse(timestamp);

        await PostAsync(app, complaint);

        var row = Assert.Single(await app.SubscribersAsync());
        Assert.Equal(("Complained", app.Time.GetUtcNow()), (row.Status, row.EndedOn));
        Assert.Contains(app.Log.All, line => line.Contains("1 subscriptions ended, 0 unreadable."));
    }

    [Theory]
    [InlineData("5.1.1", "Bounced")]
    [InlineData("550", "Bounced")]
    [InlineData("4.4.7", "Confirmed")]
    public async Task A_bounce_without_a_type_is_judged_by_its_status(string status, string expected)
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var bounce = _signer.Event("bounce", "reader0@example.org", app.Time.GetUtcNow());
        bounce["status"] = status;

        await PostAsync(app, bounce);

        Assert.Equal(expected, Assert.Single(await app.SubscribersAsync()).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{\"event\":\"open\"}")]
    public async Task A_signed_body_that_is_not_an_array_is_400(string body)
    {
        await using var app = await StartAsync();

        using var answer = await _signer.PostAsync(app, System.Text.Encoding.UTF8.GetBytes(body), app.Time.GetUtcNow());

        await AssertProblemAsync(HttpStatusCode.BadRequest, answer);
    }

    [Fact]
    public async Task Without_storage_SendGrid_gets_503_with_Retry_After()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var report = _signer.Event("spamreport", "reader0@example.org", app.Time.GetUtcNow());
        app.Wire.Before = call =>
        {
            if (call.Path.StartsWith("/Subscribers", StringComparison.Ordinal))
                throw Wire.Unreachable();
        };

        using (var unavailable = await _signer.PostAsync(app, report))
        {
            await AssertProblemAsync(HttpStatusCode.ServiceUnavailable, unavailable);
            Assert.NotNull(unavailable.Headers.RetryAfter);
        }

        app.Wire.Reset();
        await PostAsync(app, report);
        Assert.Equal("Complained", Assert.Single(await app.SubscribersAsync()).Status);
    }

    [Fact]
    public async Task A_signature_is_accepted_for_the_time_in_the_setting()
    {
        await using var app = await StartAsync("SendGrid:WebhookTolerance=00:05:00");
        var (body, now) = (EventSigner.Body(), app.Time.GetUtcNow());

        async Task<HttpStatusCode> StatusAsync(double minutes)
        {
            using var answer = await _signer.PostAsync(app, body, now + TimeSpan.FromMinutes(minutes));
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
    public async Task Without_a_key_all_events_are_refused()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await _signer.PostAsync(app, _signer.Event("open", Amina, app.Time.GetUtcNow()));

        Assert.Contains("SendGrid__WebhookPublicKey", await AssertProblemAsync(HttpStatusCode.Forbidden, answer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signed_body_of_more_than_four_MiB_is_too_large(bool announced)
    {
        await using var app = await StartAsync();
        var body = new byte[(4 * 1024 * 1024) + 1];
        Array.Fill(body, (byte)' ');
        (body[0], body[^2]) = ((byte)'[', (byte)']');
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());

        using (var fits = await _signer.PostAsync(app, body[..^1], app.Time.GetUtcNow()))
            Assert.Equal(HttpStatusCode.OK, fits.StatusCode);

        using var post = EventSigner.Post(timestamp, Convert.ToBase64String(_signer.Sign(timestamp, body)), body);
        // The client waits for 100 Continue, because the server closes the connection if more data arrives after a refusal.
        post.Headers.ExpectContinue = announced;
        post.Headers.TransferEncodingChunked = !announced;
        using var answer = await app.Http.SendAsync(post, Cancellation);
        await AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, answer);
    }

    [Fact]
    public async Task A_signed_body_is_accepted_in_chunks_and_with_any_media_type()
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(1);
        var body = EventSigner.Body(_signer.Event("spamreport", "reader0@example.org", app.Time.GetUtcNow()));
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());
        using var post = EventSigner.Post(timestamp, Convert.ToBase64String(_signer.Sign(timestamp, body)), body);
        post.Content!.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        post.Headers.TransferEncodingChunked = true;

        using var answer = await app.Http.SendAsync(post, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Complained", Assert.Single(await app.SubscribersAsync()).Status);
    }

    private Task<PipelineApp> StartAsync(params string[] settings) =>
        PipelineApp.StartAsync(azurite.NewAccount(), [_signer.Setting, .. settings]);

    private async Task PostAsync(PipelineApp app, params JsonObject[] events)
    {
        using var answer = await _signer.PostAsync(app, events);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task ConfirmedAsync(PipelineApp app, string email)
    {
        Assert.True(EmailAddress.TryParse(email, out var address));
        foreach (var topic in app.Get<TopicCatalog>().All)
        {
            var table = app.Get<SubscriberTable>();
            await table.SignUpAsync(topic.Id, address, Language.English, app.Time.GetUtcNow(), Cancellation);
            var result = await table.ConfirmAsync(
                topic.Id, SubscriberKey.Of(address), app.Time.GetUtcNow(), language: null, Cancellation);
            Assert.Equal(ConfirmationResult.Confirmed, result);
        }
    }

    private static StoredSubscriber Of(IEnumerable<StoredSubscriber> rows, string topic) =>
        rows.Single(row => row.PartitionKey.StartsWith(topic + "~", StringComparison.Ordinal));

    private static async Task<string> AssertProblemAsync(HttpStatusCode status, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.ReadAsync<Problem>();
        Assert.EndsWith(".", problem.Title);
        return problem.Title;
    }
}
