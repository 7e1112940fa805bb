using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Submissions;
using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class StoreTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_repeated_message_is_stored_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        var stored = await app.PracticeAsync(reference);

        var draft = SubmissionFields.Draft(field => Samples.Practice().GetValueOrDefault(field));
        var (submission, _) = app.Get<SubmissionRules>().Check(draft);
        var message = SubmissionMessage.Write(submission!, app.Time.GetUtcNow(), Language.English);
        await app.Storage.SubmissionQueue.SendMessageAsync(message, Cancellation);
        await QueueIsEmptyAsync(app);

        Assert.Equal(stored.ETag, Assert.Single(await app.PracticesAsync()).ETag);
    }

    [Theory]
    [InlineData("hello", "not JSON")]
    [InlineData("{\"title\":\"From an older app\"}", "no version")]
    [InlineData("{\"version\":7,\"topic\":\"mainstreaming-migration\"}", "version 7")]
    [InlineData(
        "{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"topic\":\"mainstreaming-migration\",\"title\":\"x\"}",
        "Title must be 3 characters")]
    public async Task An_unusable_message_is_kept_with_the_reason(string payload, string words)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await app.Storage.SubmissionQueue.SendMessageAsync(payload, Cancellation);
        var row = await RejectionAsync(app);

        Assert.Equal(("Invalid", payload, ""), (row.Kind, row.Payload, row.Requeue));
        Assert.Contains(words, row.Reasons);
        Assert.Equal(payload.Contains("mainstreaming") ? PipelineApp.Topic : "unknown", row.PartitionKey);
        var state = await app.Http.GetAsync<SubmissionState>($"api/submissions/{PipelineApp.Topic}/{row.RowKey}");
        Assert.Equal("rejected", state.Status);
        Assert.Contains(words, state.Reasons[0]);
    }

    [Fact]
    public async Task A_message_that_is_not_base64_is_kept_unchanged()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var plain = new Azure.Storage.Queues.QueueClient(app.ConnectionString, "practice-submissions");

        await plain.SendMessageAsync("typed by hand in Storage Explorer, \u0645\u062d\u0645\u062f", Cancellation);
        var row = await RejectionAsync(app);

        Assert.Equal("typed by hand in Storage Explorer, \u0645\u062d\u0645\u062f", row.Payload);
        Assert.Equal("Invalid", row.Kind);
        Assert.Contains("made by hand", row.Reasons);
    }

    [Fact]
    public async Task A_large_message_is_kept_and_requeued_completely()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var draft = SubmissionFields.Draft(Samples.Practice().GetValueOrDefault);
        var (submission, _) = app.Get<SubmissionRules>().Check(draft);
        var start = SubmissionMessage.Write(submission!, app.Time.GetUtcNow(), Language.English)[..^1] + ",\"note\":\"";
        // A surrogate pair is where the first column ends.
        var payload = start + new string('x', 32 * 1024 - 1 - start.Length) + "😀" + new string('y', 15_000) + "\"}";

        app.Wire.Fail(call => call is { Method: "POST", Path: "/Practices" });
        await app.Storage.SubmissionQueue.SendMessageAsync(payload, Cancellation);
        var row = await RejectionAsync(app);
        Assert.Equal(payload, row.WholePayload);

        await RequeueAsync(app, row);
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        var message = Assert.Single((await app.Storage.SubmissionQueue.PeekMessagesAsync(2, Cancellation)).Value);
        Assert.Equal(payload, message.MessageText);
    }

    [Fact]
    public async Task A_message_that_fails_repeatedly_is_kept_as_poison_until_an_admin_requeues_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/Practices" })
                throw new InvalidOperationException("Broken on purpose.");
        };
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        var row = await RejectionAsync(app);
        Assert.Equal((reference, "Poison", PipelineApp.Topic), (row.RowKey, row.Kind, row.PartitionKey));

        app.Wire.Before = null;
        row.Columns["Requeue"] = " Yes ";
        await app.Storage.Rejections.UpdateEntityAsync(row.Columns, row.ETag, TableUpdateMode.Replace, Cancellation);
        await app.Get<RejectionSweep>().RunAsync(Cancellation);

        Assert.Equal("Migra Movil", (await app.PracticeAsync(reference)).Title);
        Assert.Equal("", (await RejectionAsync(app)).Requeue);
    }

    [Fact]
    public async Task A_submission_that_failed_repeatedly_in_an_outage_is_stored_when_it_is_over()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var failures = 0;
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/Practices" } && ++failures <= 5)
                throw new InvalidOperationException("Broken on purpose.");
        };

        var reference = await app.SubmitAcceptedAsync(Samples.Practice());

        Assert.Equal("Migra Movil", (await app.PracticeAsync(reference)).Title);
        Assert.Equal(6, failures);
        Assert.Empty(await app.RejectionsAsync());
    }

    [Fact]
    public async Task A_mistyped_Requeue_is_explained_and_a_requeued_message_that_is_refused_again_is_kept()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Fail(call => call is { Method: "POST", Path: "/Practices" });
        await app.SubmitAcceptedAsync(Samples.Practice());
        var row = await RejectionAsync(app);

        await RequeueAsync(app, row, "yess");
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        Assert.Contains("“yess” is not understood", (await RejectionAsync(app)).Help);

        // It is rejected again before the sweep records that it was sent.
        await RequeueAsync(app, row);
        var isFirst = true;
        var fail = app.Wire.Before!;
        app.Wire.Before = call =>
        {
            fail(call);
            if (call.Method is not ("GET" or "POST") && call.Path.StartsWith("/Rejections", StringComparison.Ordinal) && isFirst)
            {
                isFirst = false;
                Eventually.EndsAsync("the function that rejects it again", app.DrainAsync()).Wait(Cancellation);
            }
        };
        await app.Get<RejectionSweep>().RunAsync(Cancellation);

        Assert.Equal(2, app.Log.All.Count(line => line.Contains("Rejected message")));
        var kept = await RejectionAsync(app);
        Assert.Equal((row.Payload, "", row.Help), (kept.Payload, kept.Requeue, kept.Help));
    }

    [Fact]
    public async Task A_malformed_mail_request_is_requeued_to_its_own_queue()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.MailQueue.SendMessageAsync("no order", Cancellation);
        var row = await RejectionAsync(app);
        Assert.Equal("outgoing-mail", row.Queue);

        await RequeueAsync(app, row);
        app.Wire.Reset();
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        Assert.DoesNotContain(app.Wire.Calls, call => call.Path.EndsWith("/messages", StringComparison.Ordinal));
        Assert.Contains("not a mail request", (await RejectionAsync(app)).Help);

        var request = MailRequest.Confirmation(PipelineApp.Topic, "none", null, app.Time.GetUtcNow());
        await app.Storage.Rejections.EditAsync(row, "Payload", request.Write());
        app.Wire.Reset();
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        Assert.Single(app.Wire.Calls, call => call is { Method: "POST", Path: "/outgoing-mail/messages" });
        Assert.DoesNotContain(app.Wire.Calls, call => call is { Method: "POST", Path: "/practice-submissions/messages" });
    }

    [Theory]
    [InlineData("Camille Saadé", "Municipal Action Plan - City of Oujda")]
    [InlineData("Nguyễn Thị Ánh", "Thẻ căn cước")]
    [InlineData("محمد الأمين", "خطة العمل")]
    [InlineData("O'Brien <script>alert(1)</script>", "<img src=x onerror=alert(1)> & \"quotes\"")]
    [InlineData("=HYPERLINK(\"http://example.org\")", "😀 \u2067من اليمين\u2069")]
    public async Task Names_are_stored_unchanged(string submitter, string title)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sample = Samples.Practice(title);
        sample["submitter"] = submitter;

        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(sample));

        Assert.Equal((submitter, title), (row.Submitter, row.Title));
    }

    [Fact]
    public async Task The_language_of_the_submitter_is_stored_with_the_practice()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var draft = SubmissionFields.Draft(field => Samples.Practice().GetValueOrDefault(field));

        var accepted = await Language.Find("ar")!.RunAsync(() =>
            app.Get<SubmissionIntake>().AcceptAsync(draft, SubmissionOrigin.Api, null, Cancellation));

        var reference = Assert.IsType<SubmissionResult.Accepted>(accepted).Reference;
        Assert.Equal("ar", (await app.PracticeAsync(reference.ToString())).Language);
        var practice = await app.Get<PracticeTable>().FindAsync(PipelineApp.Topic, reference, Cancellation);
        Assert.Equal("ar", practice!.Language.Code);
        // The same content in another language is the same practice.
        Assert.Equal(reference.ToString(), await app.SubmitAcceptedAsync(Samples.Practice()));
    }

    [Fact]
    public async Task No_column_for_admins_is_null_or_binary()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var minimal = new { topic = PipelineApp.Topic, title = "Bare", summary = "Nothing but what has to be there." };
        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(minimal));

        string[] columns =
        [
            "Status", "Help", "Title", "Honorific", "Submitter", "Email", "Organisation", "Country", "Summary", "Link",
            "Language", "DigestIssue",
        ];
        foreach (var column in columns)
            Assert.IsType<string>(row.Columns[column]);
        Assert.IsType<DateTimeOffset>(row.Columns["SubmittedOn"]);
    }

    private static Task RequeueAsync(PipelineApp app, StoredRejection row, string word = "yes") =>
        app.Storage.Rejections.EditAsync(row, "Requeue", word);

    private static async Task<StoredRejection> RejectionAsync(PipelineApp app)
    {
        await app.UntilAsync("there is a rejection", async () => (await app.RejectionsAsync()).Count > 0);
        return Assert.Single(await app.RejectionsAsync());
    }

    private static Task QueueIsEmptyAsync(PipelineApp app) => app.UntilAsync("the queue is empty", async () =>
        (await app.Storage.SubmissionQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);
}
