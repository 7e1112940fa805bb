using System.Net.Http.Json;
using System.Text.Json;
using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Practices;
using Pipeline.Submissions;

using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class StoreTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_twice_is_stored_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        var stored = await app.PracticeAsync(reference);

        var (submission, _) = app.Get<SubmissionRules>().Check(SubmissionFields.Draft(field => Samples.Practice().GetValueOrDefault(field)));
        await app.Storage.SubmissionQueue.SendMessageAsync(SubmissionMessage.Write(submission!, app.Time.GetUtcNow(), Language.English), Cancellation);
        await QueueIsEmptyAsync(app);

        Assert.Equal(stored.ETag, Assert.Single(await app.PracticesAsync()).ETag);
    }

    [Theory]
    [InlineData("hello", "not JSON")]
    [InlineData("{\"title\":\"From an older app\"}", "no version")]
    [InlineData("{\"version\":7,\"topic\":\"mainstreaming-migration\"}", "version 7")]
    [InlineData("{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"topic\":\"mainstreaming-migration\",\"title\":\"x\"}", "Title must be 3 characters")]
    public async Task What_cannot_be_used_is_kept_with_the_reason(string payload, string words)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await app.Storage.SubmissionQueue.SendMessageAsync(payload, Cancellation);
        var row = await RejectionAsync(app);

        Assert.Equal(("Invalid", payload, ""), (row.Kind, row.Payload, row.Requeue));
        Assert.Contains(words, row.Reasons);
        Assert.Equal(payload.Contains("mainstreaming") ? PipelineApp.Topic : "unknown", row.PartitionKey);
        var status = await app.Http.GetFromJsonAsync<JsonElement>($"api/submissions/{PipelineApp.Topic}/{row.RowKey}", Cancellation);
        Assert.Equal("rejected", status.GetProperty("status").GetString());
        Assert.Contains(words, status.GetProperty("reasons")[0].GetString());
    }

    [Fact]
    public async Task A_message_that_is_not_even_base64_is_kept_as_it_is()
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
    public async Task A_large_message_is_kept_and_sent_in_again_whole()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var payload = new string('x', 32 * 1024 - 1) + "😀" + new string('y', 15_000);

        await app.Storage.SubmissionQueue.SendMessageAsync(payload, Cancellation);
        var row = await RejectionAsync(app);

        Assert.Equal(payload, Whole(row));
        await app.Storage.Rejections.UpdateEntityAsync(
            new TableEntity(row.PartitionKey, row.RowKey) { ["Requeue"] = "yes" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        Assert.Equal((row.RowKey, payload), ((await RejectionAsync(app)).RowKey, Whole(await RejectionAsync(app))));

        static string Whole(StoredRejection row) => row.Payload + row.Payload2 + row.Payload3;
    }

    [Fact]
    public async Task What_fails_again_and_again_is_kept_as_poison_and_comes_back_when_an_admin_says_so()
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
        Assert.Empty(await app.RejectionsAsync());
    }

    [Fact]
    public async Task What_is_sent_in_again_and_refused_again_is_still_there_and_what_was_mistyped_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.SubmissionQueue.SendMessageAsync("hello", Cancellation);
        var row = await RejectionAsync(app);

        await TypeAsync(app, row, "yess");
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        Assert.Contains("“yess” is not understood", (await RejectionAsync(app)).RequeueHelp);

        // It is refused before the sweep has taken its row out.
        await TypeAsync(app, row, "yes");
        app.Wire.Before = call =>
        {
            if (call.Method == "DELETE" && call.Path.StartsWith("/Rejections"))
                Eventually.EndsAsync("the function that refuses it again", app.DrainAsync()).Wait(Cancellation);
        };
        await app.Get<RejectionSweep>().RunAsync(Cancellation);

        Assert.Equal(2, app.Log.All.Count(line => line.Contains("Rejected message")));
        var kept = await RejectionAsync(app);
        Assert.Equal(("hello", ""), (kept.Payload, kept.Requeue));
    }

    [Fact]
    public async Task A_mail_order_that_is_none_goes_back_to_where_it_came_from()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.MailQueue.SendMessageAsync("no order", Cancellation);
        var row = await RejectionAsync(app);
        Assert.Equal("outgoing-mail", row.Queue);

        await TypeAsync(app, row, "yes");
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
    [InlineData("=HYPERLINK(\"http://example.org\")", "😀 \u2067right to left\u2069")]
    public async Task Names_come_through_unharmed(string submitter, string title)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sample = Samples.Practice(title);
        sample["submitter"] = submitter;

        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(sample));

        Assert.Equal((submitter, title), (row.Submitter, row.Title));
    }

    [Fact]
    public async Task The_language_of_the_submitter_is_remembered_with_the_practice()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var draft = SubmissionFields.Draft(field => Samples.Practice().GetValueOrDefault(field));

        var accepted = await Language.Find("ar")!.RunAsync(() => app.Get<SubmissionIntake>().AcceptAsync(draft, SubmissionOrigin.Api, null, Cancellation));

        var reference = Assert.IsType<SubmissionResult.Accepted>(accepted).Reference;
        Assert.Equal("ar", (await app.PracticeAsync(reference.ToString())).Language);
        Assert.Equal("ar", (await app.Get<PracticeTable>().FindAsync(PipelineApp.Topic, reference, Cancellation))!.Language.Code);
        // The same content in another language is the same practice.
        Assert.Equal(reference.ToString(), await app.SubmitAcceptedAsync(Samples.Practice()));
    }

    [Fact]
    public async Task No_column_that_an_admin_meets_is_null_or_binary()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(new { topic = PipelineApp.Topic, title = "Bare", summary = "Nothing but what has to be there." }));

        foreach (var column in new[] { "Status", "StatusHelp", "Title", "Honorific", "Submitter", "Email", "Organisation", "Country", "Summary", "Link", "Language", "DigestIssue" })
            Assert.IsType<string>(row.Columns[column]);
        Assert.IsType<DateTimeOffset>(row.Columns["SubmittedOn"]);
    }

    private static Task TypeAsync(PipelineApp app, StoredRejection row, string word) => app.Storage.Rejections.EditAsync(row, "Requeue", word);

    private static async Task<StoredRejection> RejectionAsync(PipelineApp app)
    {
        await app.UntilAsync("there is a rejection", async () => (await app.RejectionsAsync()).Count > 0);
        return Assert.Single(await app.RejectionsAsync());
    }

    private static Task QueueIsEmptyAsync(PipelineApp app) => app.UntilAsync("the queue is empty", async () =>
        (await app.Storage.SubmissionQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);
}
