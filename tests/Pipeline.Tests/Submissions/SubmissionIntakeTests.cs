using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class SubmissionIntakeTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_submission_is_answered_with_202_its_reference_and_the_address_of_its_status()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.SubmitAsync(Samples.Practice());
        var accepted = await answer.ReadAsync<AcceptedSubmission>();

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("received", accepted.Status);
        Assert.Equal(answer.Headers.Location!.ToString(), accepted.StatusUrl);
        await app.PracticeAsync(accepted.Reference);
        var state = await app.Http.GetAsync<SubmissionState>(accepted.StatusUrl);
        Assert.Equal(("pending", accepted.Reference), (state.Status, state.Reference));
    }

    [Fact]
    public async Task Forms_are_accepted_and_the_same_content_has_the_same_reference()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var json = await app.SubmitAcceptedAsync(Samples.Practice());

        using var form = new FormUrlEncodedContent(Samples.Practice());
        using var parts = new MultipartFormDataContent();
        foreach (var (name, value) in Samples.Practice())
            parts.Add(new StringContent(value), name);

        foreach (var content in new HttpContent[] { form, parts })
        {
            using var answer = await app.Http.PostAsync("api/submissions", content, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal(json, (await answer.ReadAsync<AcceptedSubmission>()).Reference);
        }
    }

    [Theory]
    [InlineData("submissions", "zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("submissions", "-1\r\n{}\r\n")]
    [InlineData("subscriptions", "zz\r\n{}\r\n0\r\n\r\n")]
    public async Task An_incomplete_body_is_400(string address, string chunks)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
        await using var stream = client.GetStream();
        var request = $"POST /api/{address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + $"Transfer-Encoding: chunked\r\n\r\n{chunks}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task Problem_details_list_the_errors_of_each_field()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.SubmitAsync(new { topic = "nothing", title = "x", summary = 5, email = "nobody" });
        using var typed = await app.SubmitAsync(new { topic = PipelineApp.Topic, title = "x", email = "nobody" });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var errors = (await answer.ReadAsync<Problem>()).Errors!;
        Assert.Equal(["topic", "title", "summary", "email"], errors.Keys);
        Assert.Equal(["summary must be text"], errors["summary"]);
        Assert.Equal(["title", "summary", "email"], (await typed.ReadAsync<Problem>()).Errors!.Keys);
        Assert.Empty(await app.RejectionsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{\"title\":\"\\ud800\"}")]
    [InlineData("{\"title\":{\"a\":1}}")]
    [InlineData("not json at all")]
    public async Task A_malformed_body_is_400(string body)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await app.Http.PostAsync("api/submissions", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Malformed_UTF_8_is_400()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var content = new ByteArrayContent([.. "{\"title\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var answer = await app.Http.PostAsync("api/submissions", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_more_than_256_KiB_is_413(bool chunked)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = Json(256 * 1024 + 1) };
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await app.Http.SendAsync(request, Cancellation);
        using var largest = await app.Http.PostAsync("api/submissions", Json(256 * 1024), Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, largest.StatusCode);

        static StringContent Json(int length) =>
            new($"{{\"title\":\"{new string('a', length - 12)}\"}}", Encoding.UTF8, "application/json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("image/png")]
    public async Task Another_media_type_is_415(string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.PostAsync("api/submissions", new StringContent("x", Encoding.UTF8, type), Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task An_idempotency_key_is_bound_to_its_content()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var (first, reference) = await PostWithKeyAsync(app, "One practice");

        Assert.Equal(HttpStatusCode.Accepted, first);
        Assert.Equal((HttpStatusCode.Accepted, reference), await PostWithKeyAsync(app, "One practice"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, null), await PostWithKeyAsync(app, "Another practice"));
        await app.PracticeAsync(reference!);
        Assert.Single(await app.PracticesAsync());
    }

    [Fact]
    public async Task An_idempotency_key_is_deleted_after_thirty_days()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PostWithKeyAsync(app, "One practice");

        app.Time.Advance(TimeSpan.FromDays(29));
        await app.RunTimerAsync("CleanSubscribers");
        Assert.Single(await app.RowsAsync(app.Storage.IdempotencyKeys));
        app.Time.Advance(TimeSpan.FromDays(2));
        await app.RunTimerAsync("CleanSubscribers");

        Assert.Empty(await app.RowsAsync(app.Storage.IdempotencyKeys));
        Assert.Equal(HttpStatusCode.Accepted, (await PostWithKeyAsync(app, "Another practice")).Status);
    }

    [Fact]
    public async Task Idempotency_keys_are_deleted_although_subscribers_cannot_be_read()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PostWithKeyAsync(app, "One practice");
        app.Time.Advance(TimeSpan.FromDays(31));
        app.Wire.Fail(call => call.Path.StartsWith("/Subscribers", StringComparison.Ordinal));

        await Assert.ThrowsAsync<AggregateException>(() => app.RunTimerAsync("CleanSubscribers"));

        app.Wire.Reset();
        Assert.Empty(await app.RowsAsync(app.Storage.IdempotencyKeys));
    }

    [Fact]
    public async Task Without_the_queue_a_submission_is_503_and_can_be_sent_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/practice-submissions/messages" })
                throw Wire.Unreachable();
        };

        using var refused = await app.SubmitAsync(Samples.Practice());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);

        app.Wire.Before = null;
        await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice()));
        Assert.Single(await app.PracticesAsync());
    }

    [Fact]
    public async Task Fifty_parallel_submissions_of_the_same_content_give_one_row_and_one_reference()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var references = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.SubmitAcceptedAsync(Samples.Practice())));

        await app.PracticeAsync(Assert.Single(references.Distinct()));
        await app.UntilAsync("the queue is empty", async () =>
            (await app.Storage.SubmissionQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);
        Assert.Single(await app.PracticesAsync());
        Assert.Empty(await app.RejectionsAsync());
    }

    [Fact]
    public async Task A_submission_costs_at_most_3_2_transactions_under_load()
    {
        const int submissions = 400;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Reset();

        foreach (var some in Enumerable.Range(0, submissions).Chunk(40))
            await Task.WhenAll(some.Select(i => app.SubmitAcceptedAsync(Samples.Practice($"Practice {i}"))));
        await app.UntilAsync("all are stored", () => Task.FromResult(Deleted() == submissions));

        var calls = app.Wire.Calls
            .Where(call => call.Path.StartsWith("/practice-submissions/") || call.Path.StartsWith("/Practices"))
            .ToList();
        TestContext.Current.SendDiagnosticMessage($"{calls.Count / (double)submissions:0.000} transactions a submission.");
        Assert.Equal(submissions, (await app.PracticesAsync()).Count);
        Assert.InRange(calls.Count / (double)submissions, 3, 3.2);

        int Deleted() => app.Wire.Calls.Count(call => call.Method == "DELETE" && call.Path.StartsWith("/practice-submissions/"));
    }

    [Theory]
    [InlineData("nowhere/7KQ2-9XHT-4MPC-V")]
    [InlineData("mainstreaming-migration/7KQ2-9XHT-4MPC-V")]
    [InlineData("mainstreaming-migration/x")]
    public async Task An_unknown_topic_or_malformed_reference_is_404(string path)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.GetAsync($"api/submissions/{path}", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData('\u2013')]
    [InlineData('\u2011')]
    [InlineData('\u2212')]
    [InlineData('\u00ad')]
    public async Task An_address_with_other_hyphens_is_found(char hyphen)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.Get<Pipeline.Operations.MinuteSweep>().RunAsync(Cancellation);
        await app.PublishDigestAsync();
        var issue = Assert.Single(await app.IssuesAsync()).RowKey;
        string[] addresses =
        [
            $"api/submissions/{PipelineApp.Topic}/{reference}", $"practices/{PipelineApp.Topic}/{reference}", $"topics/{PipelineApp.Topic}",
            $"digests/{PipelineApp.Topic}/{issue}", $"api/digests/{PipelineApp.Topic}/{issue}",
        ];

        foreach (var address in addresses)
        {
            using var answer = await app.Http.GetAsync(address.Replace('-', hyphen), Cancellation);
            Assert.Equal((address, HttpStatusCode.OK), (address, answer.StatusCode));
        }
    }

    [Fact]
    public async Task A_message_from_elsewhere_is_cleaned_before_it_is_judged()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var message = "{\"version\":1,\"submittedOn\":\"2026-11-24T09:00:00Z\",\"topic\":\"mainstreaming-migration\\t\","
            + "\"title\":\"\\u000bMigra\\tMo\\u200bvil\\u0000\",\"summary\":\"A bus that brings\\u000badvice to people.\\t\","
            + "\"email\":\"\\ta@example.org.\",\"link\":\"https://example.org/\\na\"}";

        await app.Storage.SubmissionQueue.SendMessageAsync(message, Cancellation);
        await app.UntilAsync("it is stored", async () => (await app.PracticesAsync()).Count == 1);

        var row = Assert.Single(await app.PracticesAsync());
        Assert.Equal(("Migra Movil", "A bus that brings\nadvice to people."), (row.Title, row.Summary));
        Assert.Equal(("a@example.org", "https://example.org/a"), (row.Email, row.Link));
    }

    private static async Task<(HttpStatusCode Status, string? Reference)> PostWithKeyAsync(PipelineApp app, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions");
        request.Content = JsonContent.Create(Samples.Practice(title));
        request.Headers.Add("Idempotency-Key", "a key / with #odd? characters");
        using var answer = await app.Http.SendAsync(request, Cancellation);
        var hasReference = (await answer.Content.ReadAsStringAsync(Cancellation)).Contains("\"reference\"");
        return (answer.StatusCode, hasReference ? (await answer.ReadAsync<AcceptedSubmission>()).Reference : null);
    }
}
