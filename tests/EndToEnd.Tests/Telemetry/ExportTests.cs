using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Telemetry;

public sealed partial class ExportTests(AzuriteFixture azurite)
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "00f067aa0ba902b7";

    private TableServiceClient? _storage;

    /// <param name="flags">The flags of the caller's traceparent; 00: the caller keeps no trace.</param>
    [Theory]
    [InlineData("01")]
    [InlineData("00")]
    public async Task A_submission_is_one_trace_from_the_request_to_the_mail(string flags)
    {
        await using var collector = await Collector.StartAsync();
        await using var app = await StartAsync(collector);

        await SubmitAndPublishAsync(app, flags);
        await SweepUntilAsync("the submitter is told", app, async () =>
            (await app.Http.GetAsync<List<ReceivedMail>>("mailbox.json")).Count == 1);
        Assert.Equal(0, await app.EndAsync());

        var spans = collector.Spans.Where(span => span.Trace == Trace).ToLookup(span => span.Name);
        (string Span, string Parent)[] expected =
        [
            ("send practice-submissions", "function AcceptSubmission"),
            ("process practice-submissions", "send practice-submissions"),
            ("insert Practices", "process practice-submissions"),
            ("moderate practice", "process practice-submissions"),
            ("send outgoing-mail", "moderate practice"),
            ("process outgoing-mail", "send outgoing-mail"),
            ("send mail", "process outgoing-mail"),
        ];
        Assert.Equal(Caller, Assert.Single(spans["function AcceptSubmission"]).Parent);
        foreach (var (span, parent) in expected)
            Assert.Contains(spans[span], child => spans[parent].Any(candidate => candidate.Id == child.Parent));
        // The trace of the function is linked.
        var process = Assert.Single(spans["process practice-submissions"]);
        Assert.Contains(
            collector.Spans,
            function => function.Name == "function StoreSubmission" && process.LinkedTraces.Contains(function.Trace));
    }

    [Fact]
    public async Task A_digest_is_one_trace_and_the_export_has_no_email_address()
    {
        await using var collector = await Collector.StartAsync();
        await using var app = await StartAsync(collector, "--demo");

        await app.UntilItSaysAsync("The digest is in the mailbox.");
        await RunAsync(app, "Sweep");
        await RunAsync(app, "CleanSubscribers");
        string[] metrics =
        [
            "pipeline.submissions.accepted", "pipeline.submissions.stored", "pipeline.digest.recipients", "pipeline.mails",
            DigestMetrics.RunsName, DigestMetrics.OpenAgeName, "pipeline.queue.oldest_message_age", "pipeline.subscribers",
        ];
        await Eventually.IsTrueAsync("all metrics are there", () => Task.FromResult(metrics.All(collector.Metrics.Contains)));
        Assert.Equal(0, await app.EndAsync());

        var delivery = Assert.Single(collector.Spans, span => span.Name == "process digest-deliveries");
        var issue = collector.Spans.Where(span => span.Trace == delivery.Trace).Select(span => span.Name).ToHashSet();
        Assert.Superset(
            new HashSet<string> { "function PublishDigest", "send digest-deliveries", "insert Deliveries", "send mail" }, issue);
        Assert.Contains(collector.Logs, line =>
            line.Contains("Closed issue", StringComparison.Ordinal) && line.Contains("3 candidates = 3 sent", StringComparison.Ordinal));
        Assert.DoesNotMatch(Address(), collector.All);
        Assert.DoesNotContain("token=", collector.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_collector_no_trace_is_stored()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice()));

        Assert.Null(row.Trace);
    }

    [Theory]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317",
        "The setting OTEL_EXPORTER_OTLP_ENDPOINT should be an absolute http or https address")]
    [InlineData(
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "secret",
        "The setting APPLICATIONINSIGHTS_CONNECTION_STRING should be the connection string of an Application Insights resource")]
    public async Task A_malformed_setting_ends_the_start_with_a_sentence(string name, string value, string sentence)
    {
        await using var app = AppProcess.Start([], new Dictionary<string, string> { [name] = value });

        Assert.Equal(1, await app.ExitCodeAsync());
        Assert.StartsWith(sentence, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", app.Output, StringComparison.Ordinal);
        app.AssertNoStackTrace();
    }

    private async Task<AppProcess> StartAsync(Collector collector, params string[] arguments)
    {
        var account = azurite.NewAccount();
        var app = AppProcess.Start([.. AppProcess.StorageArguments(account), .. arguments], new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        });
        await app.UntilItRunsAsync();
        _storage = new TableServiceClient(account);
        return app;
    }

    private async Task SubmitAndPublishAsync(AppProcess app, string flags)
    {
        using var content = JsonContent.Create(Samples.Practice().With("email", "angelica@example.org"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = content };
        request.Headers.Add("traceparent", $"00-{Trace}-{Caller}-{flags}");
        using var answer = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        var practices = _storage!.GetTableClient("Practices");
        TableEntity? row = null;
        await Eventually.IsTrueAsync("the practice is stored", async () =>
            (row = await practices.QueryAsync<TableEntity>(cancellationToken: Cancellation).FirstOrDefaultAsync(Cancellation)) is not null);
        var practice = new StoredPractice(row!);
        Assert.StartsWith($"00-{Trace}-", practice.Trace, StringComparison.Ordinal);
        await practices.EditAsync(practice, "Status", "Published");
    }

    private static Task SweepUntilAsync(string what, AppProcess app, Func<Task<bool>> isTrue) => Eventually.IsTrueAsync(what, async () =>
    {
        await RunAsync(app, "Sweep");
        return await isTrue();
    });

    private static async Task RunAsync(AppProcess app, string function)
    {
        using var answer = await app.Http.PostAsync($"admin/functions/{function}", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [GeneratedRegex("[A-Za-z0-9.]{2,}@[A-Za-z0-9-]{2,}[.][a-z]{2,}")]
    private static partial Regex Address();
}
