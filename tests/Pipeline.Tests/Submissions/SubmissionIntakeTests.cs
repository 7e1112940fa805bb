using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class SubmissionIntakeTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_202_with_the_reference_and_where_it_stands()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.SubmitAsync(Samples.Practice());
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("received", body.GetProperty("status").GetString());
        Assert.Equal(answer.Headers.Location!.ToString(), body.GetProperty("statusUrl").GetString());
        var reference = body.GetProperty("reference").GetString()!;
        await app.PracticeAsync(reference);
        var status = await app.Http.GetFromJsonAsync<JsonElement>(answer.Headers.Location, Cancellation);
        Assert.Equal(("pending", reference), (status.GetProperty("status").GetString(), status.GetProperty("reference").GetString()));
    }

    [Fact]
    public async Task Takes_forms_as_well_and_the_same_content_has_the_same_reference()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var json = await app.SubmitAcceptedAsync(Samples.Practice());

        using var form = new FormUrlEncodedContent(Samples.Practice());
        using var parts = new MultipartFormDataContent();
        foreach (var (name, value) in Samples.Practice())
            parts.Add(new StringContent(value), name);

        foreach (HttpContent content in new HttpContent[] { form, parts })
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
    public async Task A_body_that_does_not_arrive_whole_is_the_senders_fault(string address, string chunks)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/{address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"), Cancellation);
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task Says_in_problem_details_what_is_wrong_with_which_field()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.SubmitAsync(new { topic = "nothing", title = "x", summary = 5, email = "nobody" });
        using var typed = await app.SubmitAsync(new { topic = PipelineApp.Topic, title = "x", email = "nobody" });

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("errors");
        Assert.Equal(["topic", "title", "summary", "email"], errors.EnumerateObject().Select(error => error.Name));
        Assert.Equal(["summary must be text"], errors.GetProperty("summary").EnumerateArray().Select(sentence => sentence.GetString()));
        errors = (await typed.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("errors");
        Assert.Equal(["title", "summary", "email"], errors.EnumerateObject().Select(error => error.Name));
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
    public async Task Nonsense_is_400_and_never_500(string body)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.PostAsync("api/submissions", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Broken_utf8_is_400()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        byte[] body = [.. "{\"title\":\""u8, 0xff, 0xfe, .. "\"}"u8];

        using var answer = await app.Http.PostAsync(
            "api/submissions", new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_than_256_KiB_is_413_announced_or_not(bool chunked)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = Json(256 * 1024 + 1) };
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await app.Http.SendAsync(request, Cancellation);
        using var most = await app.Http.PostAsync("api/submissions", Json(256 * 1024), Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, most.StatusCode);

        static StringContent Json(int length) => new($"{{\"title\":\"{new string('a', length - 12)}\"}}", Encoding.UTF8, "application/json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("image/png")]
    public async Task Other_media_types_are_415(string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.PostAsync("api/submissions", new StringContent("x", Encoding.UTF8, type), Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_key_stands_for_one_content()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        async Task<(HttpStatusCode, string?)> PostAsync(string title)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = JsonContent.Create(Samples.Practice(title)) };
            request.Headers.Add("Idempotency-Key", "a key / with #odd? characters");
            using var answer = await app.Http.SendAsync(request, Cancellation);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            return (answer.StatusCode, body.TryGetProperty("reference", out var reference) ? reference.GetString() : null);
        }

        var (first, reference) = await PostAsync("One practice");
        Assert.Equal(HttpStatusCode.Accepted, first);
        Assert.Equal((HttpStatusCode.Accepted, reference), await PostAsync("One practice"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, null), await PostAsync("Another practice"));
        await app.PracticeAsync(reference!);
        Assert.Single(await app.PracticesAsync());
    }

    [Fact]
    public async Task When_the_queue_does_not_take_it_the_answer_is_503_and_sending_again_does_no_harm()
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
    public async Task Fifty_side_by_side_are_one_row_and_one_reference()
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
    public async Task A_stored_submission_costs_at_most_3_2_transactions_under_load()
    {
        const int submissions = 400;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Reset();

        var references = new List<string>();
        foreach (var some in Enumerable.Range(0, submissions).Chunk(40))
            references.AddRange(await Task.WhenAll(some.Select(i => app.SubmitAcceptedAsync(Samples.Practice($"Practice {i}")))));
        await app.UntilAsync("all are stored", () => Task.FromResult(Deleted() == submissions));

        var calls = app.Wire.Calls.Where(call => call.Path.StartsWith("/practice-submissions/") || call.Path.StartsWith("/Practices")).ToList();
        TestContext.Current.SendDiagnosticMessage($"{calls.Count / (double)submissions:0.000} transactions a submission.");
        Assert.Equal(submissions, (await app.PracticesAsync()).Count);
        Assert.InRange(calls.Count / (double)submissions, 3, 3.2);

        int Deleted() => app.Wire.Calls.Count(call => call.Method == "DELETE" && call.Path.StartsWith("/practice-submissions/"));
    }

    [Theory]
    [InlineData("nowhere/7KQ2-9XHT-4MPC-V")]
    [InlineData("mainstreaming-migration/7KQ2-9XHT-4MPC-V")]
    [InlineData("mainstreaming-migration/x")]
    public async Task A_mistyped_reference_or_topic_is_404(string path)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.GetAsync($"api/submissions/{path}", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
