using System.Net;
using Pipeline.Languages;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>Suspected spam is answered as usual and kept in Rejections, where an admin can release it.</summary>
public sealed class SpamTests(AzuriteFixture azurite)
{
    private static readonly SubmissionOrigin Trapped = new(HoneypotFilled: true, FormAge: null);
    private static readonly SubmissionOrigin Form = Trapped with { HoneypotFilled = false };

    private static readonly Dictionary<string, string> Links =
        Samples.Practice().With("summary", string.Join(' ', Enumerable.Repeat("https://example.org/buy", 4)));

    public static TheoryData<string, Dictionary<string, string>, SubmissionOrigin> SpamSamples => new()
    {
        { "honeypot", Samples.Practice(), Trapped },
        { "time", Samples.Practice(), Form with { FormAge = TimeSpan.FromSeconds(0.9) } },
        { "links", Links, SubmissionOrigin.Api },
    };

    [Theory]
    [MemberData(nameof(SpamSamples), DisableDiscoveryEnumeration = true)]
    public async Task Suspected_spam_is_kept_in_Rejections_until_an_admin_releases_it(
        string layer, Dictionary<string, string> fields, SubmissionOrigin origin)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var reference = await Language.Find("es")!.RunAsync(() => SentAsync(app, fields, origin));
        var row = await RejectionAsync(app);

        Assert.Equal((PipelineApp.Topic, reference), (row.PartitionKey, row.RowKey));
        Assert.Equal(("Spam", ""), (row.Kind, row.Requeue));
        Assert.Matches($"^{layer}: [^\n]+[.]$", row.Reasons);
        Assert.DoesNotContain("\"spam\"", row.Payload);
        Assert.Empty(await app.PracticesAsync());
        Assert.Equal("pending", await StatusAsync(app, reference));

        await RequeueAsync(app, row);
        await app.Get<RejectionSweep>().RunAsync(Cancellation);

        var stored = await app.PracticeAsync(reference);
        Assert.Equal(("Pending", "es"), (stored.Status, stored.Language));
        Assert.Equal(fields["summary"], stored.Summary);
        Assert.Equal("", (await RejectionAsync(app)).Requeue);
    }

    [Fact]
    public async Task The_answer_to_spam_differs_only_in_the_reference()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        Assert.Equal(await AnswerAsync(Samples.Practice()), await AnswerAsync(Links));
        await RejectionAsync(app);

        async Task<string> AnswerAsync(Dictionary<string, string> fields)
        {
            using var answer = await app.SubmitAsync(fields);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            var reference = (await answer.ReadAsync<AcceptedSubmission>()).Reference;
            return $"{answer.StatusCode} {string.Join(", ", answer.Headers.Select(header => header.Key))} {text.Replace(reference, "…")}";
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_eleventh_submission_with_the_same_summary_is_kept_in_Rejections(bool byApi)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        Task<string> SendAsync(int number)
        {
            var fields = Samples.Practice($"Practice {number}", summary: "A bus that brings advice to people in border areas.");
            return byApi ? app.SubmitAcceptedAsync(fields) : SentAsync(app, fields, Form);
        }

        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            await SendAsync(number);
        var eleventh = await SendAsync(11);
        await SendAsync(11);
        await SendAsync(1);
        await QueueIsEmptyAsync(app);

        Assert.StartsWith("repeats: ", (await RejectionAsync(app)).Reasons);
        Assert.Equal("pending", await StatusAsync(app, eleventh));
        Assert.Equal(DuplicateLimit.MaxPerSummary, (await app.PracticesAsync()).Count);
    }

    [Fact]
    public async Task The_timestamp_of_a_form_gives_its_age()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var timestamps = app.Get<FormTimestamp>();
        var created = timestamps.Create();

        await SentAsync(app, Samples.Practice("Too quick"), Form with { FormAge = timestamps.Age(created) });
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var quick = await SentAsync(app, Samples.Practice("Quick"), Form with { FormAge = timestamps.Age(created) });
        app.Time.Advance(TimeSpan.FromDays(365));
        var slow = await SentAsync(app, Samples.Practice("From an old tab"), Form with { FormAge = timestamps.Age(created) });

        await app.PracticeAsync(quick);
        await app.PracticeAsync(slow);
        Assert.Contains("Too quick", (await RejectionAsync(app)).Payload);
    }

    [Fact]
    public async Task A_crash_after_a_rejection_was_stored_leaves_one_rejection()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var tries = 0;
        app.Wire.After = call =>
        {
            if (call is { Method: "POST", Path: "/Rejections" } && Interlocked.Increment(ref tries) == 1)
                throw new InvalidOperationException("Broken on purpose.");
        };

        var reference = await SentAsync(app, Samples.Practice(), Trapped);
        await app.UntilAsync("it was tried again", () => Task.FromResult(tries > 1));
        await QueueIsEmptyAsync(app);

        var row = await RejectionAsync(app);
        Assert.Equal((reference, "Spam"), (row.RowKey, row.Kind));
        Assert.Empty(await app.PracticesAsync());
    }

    [Fact]
    public async Task A_message_with_a_mark_of_any_length_is_kept_in_Rejections()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var mark = new string('x', 40_000);
        var message = $"{{\"version\":1,\"submittedOn\":\"2026-11-24T09:00:00Z\",\"topic\":\"{PipelineApp.Topic}\","
            + $"\"title\":\"Migra Movil\",\"summary\":\"A bus that brings advice.\",\"spam\":\"{mark}\"}}";

        await app.RunQueueAsync("StoreSubmission", message);

        var row = Assert.Single(await app.RejectionsAsync());
        Assert.Equal("Spam", row.Kind);
        Assert.Equal($"{mark[..40]}…: another version of the app found this.", row.Reasons);
    }

    [Fact]
    public async Task Repeated_spam_does_not_overwrite_the_input_of_an_admin()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await SentAsync(app, Samples.Practice(), Trapped);
        var row = await RejectionAsync(app);
        var corrected = row.Payload.Replace("Migra Movil", "Migra Móvil");
        await app.Storage.Rejections.EditAsync(row, "Payload", corrected);
        await RequeueAsync(app, row);

        await SentAsync(app, Samples.Practice(), Form with { FormAge = TimeSpan.Zero });
        await app.UntilAsync("it is rejected twice", () => Task.FromResult(
            app.Log.All.Count(line => line.Contains("Rejected message (Spam)")) == 2));

        var kept = await RejectionAsync(app);
        Assert.Equal((corrected, "yes"), (kept.Payload, kept.Requeue));
        Assert.StartsWith("honeypot: ", kept.Reasons);
    }

    [Fact]
    public async Task Spam_that_became_poison_is_still_of_the_kind_Spam()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = call =>
        {
            if (call is { Method: "GET" } && call.Path.StartsWith("/Practices(", StringComparison.Ordinal))
                throw new InvalidOperationException("Broken on purpose.");
        };
        var reference = await SentAsync(app, Samples.Practice(), Trapped);
        var row = await RejectionAsync(app);
        app.Wire.Before = null;

        Assert.Equal((reference, "Spam"), (row.RowKey, row.Kind));
        Assert.Matches("^honeypot: .*\nStoring failed", row.Reasons);
        Assert.DoesNotContain("\"spam\"", row.Payload);
    }

    [Fact]
    public async Task Content_rejected_as_spam_is_stored_if_sent_again_normally_and_the_rejection_has_no_effect()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await SentAsync(app, Samples.Practice(), Trapped);
        var row = await RejectionAsync(app);

        Assert.Equal(reference, await SentAsync(app, Samples.Practice(), Form));
        var stored = await app.PracticeAsync(reference);
        Assert.Equal("Pending", stored.Status);
        await app.SetStatusAsync(reference, "Published");
        Assert.Equal("published", await StatusAsync(app, reference));

        await RequeueAsync(app, row);
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        await QueueIsEmptyAsync(app);
        Assert.Equal("Published", Assert.Single(await app.PracticesAsync()).Status);
        Assert.Equal("", (await RejectionAsync(app)).Requeue);
    }

    [Fact]
    public async Task A_stored_practice_is_not_rejected_if_it_is_sent_again_as_spam()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        await app.PracticeAsync(reference);

        Assert.Equal(reference, await SentAsync(app, Samples.Practice(), Trapped));
        await app.UntilAsync(
            "it is found", () => Task.FromResult(app.Log.All.Any(line => line.Contains("it is already stored"))));

        Assert.Empty(await app.RejectionsAsync());
        Assert.Equal("pending", await StatusAsync(app, reference));
    }

    private static async Task<string> SentAsync(PipelineApp app, Dictionary<string, string> fields, SubmissionOrigin origin)
    {
        var draft = SubmissionFields.Draft(field => fields.GetValueOrDefault(field));
        var result = await app.Get<SubmissionIntake>().AcceptAsync(draft, origin, null, Cancellation);
        return Assert.IsType<SubmissionResult.Accepted>(result).Reference.ToString();
    }

    private static async Task<string> StatusAsync(PipelineApp app, string reference)
    {
        var state = await app.Http.GetAsync<SubmissionState>($"api/submissions/{PipelineApp.Topic}/{reference}");
        using var page = await app.Http.GetAsync($"practices/{PipelineApp.Topic}/{reference}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Empty(state.Reasons);
        return state.Status;
    }

    private static Task RequeueAsync(PipelineApp app, StoredRejection row) =>
        app.Storage.Rejections.EditAsync(row, "Requeue", "yes");

    private static async Task<StoredRejection> RejectionAsync(PipelineApp app)
    {
        await app.UntilAsync("there is a rejection", async () => (await app.RejectionsAsync()).Count > 0);
        return Assert.Single(await app.RejectionsAsync());
    }

    private static Task QueueIsEmptyAsync(PipelineApp app) => app.UntilAsync("the queue is empty", async () =>
        (await app.Storage.SubmissionQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);
}
