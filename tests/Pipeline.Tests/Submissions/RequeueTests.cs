using System.Text;
using Azure.Storage.Queues;
using Pipeline.Languages;
using Pipeline.Submissions;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>Admins correct rejected messages and have them sent again.</summary>
public sealed class RequeueTests(AzuriteFixture azurite)
{
    private const string Mark = "\uFEFF";
    private const string Submissions = "/practice-submissions/messages";

    [Fact]
    public async Task A_requeued_row_stays_and_says_where_the_result_is_and_the_old_reference_leads_there()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var wrong = Message(app).Replace("Migra Movil", "x");
        await app.Storage.SubmissionQueue.SendMessageAsync(wrong, Cancellation);
        var row = await RejectionAsync(app);
        Assert.Equal("rejected", await StatusAsync(app, row.RowKey));

        await app.Storage.Rejections.EditAsync(row, "Payload", Message(app));
        await RequeueAsync(app, row);
        var practice = Assert.Single(await app.PracticesAsync());

        var kept = await RejectionAsync(app);
        Assert.Equal((row.RowKey, ""), (kept.RowKey, kept.Requeue));
        Assert.Equal(AdminTexts.SentAgain("2026-11-24 10:30 UTC", $"Practices {PipelineApp.Topic}/{practice.RowKey}"), kept.Help);
        Assert.Equal("pending", await StatusAsync(app, row.RowKey));

        await SweepAsync(app);
        Assert.Equal(kept.ETag, (await RejectionAsync(app)).ETag);
        Assert.Single(app.Log.All, line => line.Contains("Rejected message", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_text_in_ResentAs_is_cut_in_the_help()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.SubmissionQueue.SendMessageAsync(Message(app).Replace("Migra Movil", "x"), Cancellation);
        await app.Storage.Rejections.EditAsync(await RejectionAsync(app), "ResentOn", app.Time.GetUtcNow());
        await app.Storage.Rejections.EditAsync(await RejectionAsync(app), "ResentAs", new string('x', 30_000));

        await SweepAsync(app);

        Assert.InRange((await RejectionAsync(app)).Help.Length, 200, 1_000);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("", "Payload is empty")]
    [InlineData("\"Migra Movil\"", "not JSON")]
    [InlineData("{\"version\":1,\"topic\":\"mainstreaming-migration\",\"title\":\"x\"}", "no submittedOn")]
    [InlineData("{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"topic\":\"health\",\"title\":\"x\"}", "Title must be")]
    public async Task A_correction_with_a_slip_is_explained_and_stays_where_it_is(string payload, string words)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await RejectedAsync(app);
        app.Wire.Reset();

        await app.Storage.Rejections.EditAsync(row, "Payload", payload);
        await RequeueAsync(app, row);
        await SweepAsync(app);

        var kept = await RejectionAsync(app);
        Assert.Equal((row.PartitionKey, row.RowKey, payload, "yes"), (kept.PartitionKey, kept.RowKey, kept.Payload, kept.Requeue));
        Assert.Contains(words, kept.Help);
        Assert.DoesNotContain(app.Wire.Calls, call => call is { Method: "POST", Path: Submissions });
        Assert.Equal("rejected", await StatusAsync(app, row.RowKey));

        await app.Storage.Rejections.EditAsync(row, "Payload", Message(app));
        await SweepAsync(app);
        Assert.Single(await app.PracticesAsync());
    }

    [Fact]
    public async Task A_payload_too_large_for_a_queue_is_explained_and_left()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await RejectedAsync(app);
        await app.Storage.Rejections.EditAsync(row, "Payload2", new string('x', 32 * 1024));
        await app.Storage.Rejections.EditAsync(row, "Payload3", new string('é', 16 * 1024));
        await RequeueAsync(app, row);

        Assert.Equal((AdminTexts.PayloadTooLong, "yes"), ((await RejectionAsync(app)).Help, (await RejectionAsync(app)).Requeue));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("practice-submissions ")]
    public async Task A_missing_queue_is_that_of_submissions(string? queue)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await RejectedAsync(app);
        row.Columns.Remove("Queue");
        if (queue is not null)
            row.Columns["Queue"] = queue;
        await app.Storage.Rejections.UpdateEntityAsync(row.Columns, row.ETag, Azure.Data.Tables.TableUpdateMode.Replace, Cancellation);
        await app.Storage.Rejections.EditAsync(row, "Payload", Message(app));
        await RequeueAsync(app, row);

        Assert.Single(await app.PracticesAsync());
    }

    [Fact]
    public async Task An_unknown_queue_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await RejectedAsync(app);
        await app.Storage.Rejections.EditAsync(row, "Queue", "practices");
        await RequeueAsync(app, row);

        Assert.StartsWith("Queue is not a queue of the app", (await RejectionAsync(app)).Help);
    }

    [Theory]
    [InlineData("perhaps", "“perhaps” is not understood")]
    [InlineData(" ", AdminTexts.Rejected)]
    public async Task Help_is_what_fits_the_cell_and_goes_back_when_the_cell_is_cleared(string typed, string words)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await RejectedAsync(app);
        await app.Storage.Rejections.EditAsync(row, "Requeue", typed);
        await SweepAsync(app);
        Assert.Contains(words, (await RejectionAsync(app)).Help);

        await app.Storage.Rejections.EditAsync(row, "Requeue", "");
        await SweepAsync(app);
        Assert.Equal(AdminTexts.Rejected, (await RejectionAsync(app)).Help);
    }

    [Fact]
    public async Task A_byte_order_mark_is_ignored_wherever_it_is()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var plain = new QueueClient(app.ConnectionString, "practice-submissions");
        Func<string, string>[] forms =
        [
            text => Mark + text, text => Mark + Mark + text, text => Base64(Mark + text), text => Mark + Base64(text),
            text => Mark + Base64(Mark + Mark + text), text => Convert.ToBase64String(Encoding.Unicode.GetBytes(Mark + Mark + text)),
        ];
        foreach (var (form, number) in forms.Select((form, number) => (form, number)))
            await plain.SendMessageAsync(form(Message(app, $"Queue {number}")), Cancellation);
        Assert.Equal(forms.Length, (await app.PracticesAsync()).Count);

        // The same in the cell Payload.
        var row = await RejectedAsync(app);
        foreach (var (form, number) in forms.Select((form, number) => (form, number)))
        {
            await app.Storage.Rejections.EditAsync(row, "Payload", form(Message(app, $"Cell {number}")));
            await RequeueAsync(app, row);
            Assert.Equal("", (await RejectionAsync(app)).Requeue);
        }

        Assert.Equal(forms.Length * 2, (await app.PracticesAsync()).Count);
    }

    [Fact]
    public async Task Two_thousand_malformed_messages_are_two_thousand_rows_and_the_same_again_are_no_more()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var message = Message(app);
        var store = app.Get<SubmissionStore>();
        List<string> messages = [];
        for (var number = 0; number < 500; number++)
        {
            // Not JSON; another version; a title that is too short, under a reference that all name; unknown members.
            messages.Add($"{message[..^1]},{number}");
            messages.Add(message.Replace("\"version\":1", $"\"version\":{number + 2}"));
            messages.Add(message.Replace("Migra Movil", "x").Replace("\"country\":\"CR\"", $"\"country\":\"{number}\""));
            messages.Add(message.Replace("Migra Movil", "x").Replace("{", $"{{\"note\":{number},"));
        }

        await Parallel.ForEachAsync(messages, Cancellation, async (one, cancellation) => await store.StoreAsync(one, cancellation));
        var rows = await app.RejectionsAsync();
        Assert.Equal(messages.Order(StringComparer.Ordinal), rows.Select(row => row.WholePayload).Order(StringComparer.Ordinal));

        foreach (var one in messages.Take(40))
            await store.StoreAsync(one, Cancellation);
        Assert.Equal(2_000, (await app.RejectionsAsync()).Count);
    }

    private static string Message(PipelineApp app, string title = "Migra Movil")
    {
        var sample = Samples.Practice(title);
        var (submission, _) = app.Get<SubmissionRules>().Check(SubmissionFields.Draft(sample.GetValueOrDefault));
        return SubmissionMessage.Write(submission!, app.Time.GetUtcNow(), Language.English);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<StoredRejection> RejectedAsync(PipelineApp app)
    {
        await app.Storage.SubmissionQueue.SendMessageAsync(Message(app).Replace("Migra Movil", "x"), Cancellation);
        return await RejectionAsync(app);
    }

    private static async Task RequeueAsync(PipelineApp app, StoredRejection row)
    {
        await app.Storage.Rejections.EditAsync(row, "Requeue", "yes");
        await SweepAsync(app);
        await app.DrainAsync();
    }

    private static Task SweepAsync(PipelineApp app) => app.Get<RejectionSweep>().RunAsync(Cancellation);

    private static async Task<StoredRejection> RejectionAsync(PipelineApp app) => Assert.Single(await app.RejectionsAsync());

    private static async Task<string> StatusAsync(PipelineApp app, string reference) =>
        (await app.Http.GetAsync<SubmissionState>($"api/submissions/{PipelineApp.Topic}/{reference}")).Status;
}
