using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;

using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>What looks like spam is answered as usual, kept where an admin finds it, and goes the normal way when an admin says so.</summary>
public sealed class SpamTests(AzuriteFixture azurite)
{
    private static readonly SubmissionOrigin Trapped = new(ByForm: true, HoneypotFilled: true, FormAge: null);
    private static readonly SubmissionOrigin Form = Trapped with { HoneypotFilled = false };

    private static readonly Dictionary<string, string> Links =
        Samples.Practice().With("summary", string.Join(' ', Enumerable.Repeat("https://example.org/buy", 4)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, Dictionary<string, string>, SubmissionOrigin> Caught => new()
    {
        { "honeypot", Samples.Practice(), Trapped },
        { "time", Samples.Practice(), Form with { FormAge = TimeSpan.FromSeconds(0.9) } },
        { "links", Links, SubmissionOrigin.Api },
    };

    [Theory]
    [MemberData(nameof(Caught), DisableDiscoveryEnumeration = true)]
    public async Task What_is_caught_waits_in_Rejections_until_an_admin_sends_it_the_normal_way(string layer, Dictionary<string, string> fields, SubmissionOrigin origin)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var reference = await Language.Find("es")!.RunAsync(() => SentAsync(app, fields, origin));
        var row = await RejectionAsync(app);

        Assert.Equal((PipelineApp.Topic, reference, "Spam", ""), (row.PartitionKey, row.RowKey, row.Kind, row.Requeue));
        Assert.Matches($"^{layer}: [^\n]+[.]$", row.Reasons);
        Assert.DoesNotContain("\"spam\"", row.Payload);
        Assert.Empty(await app.PracticesAsync());
        Assert.Equal("pending []", await StatusAsync(app, reference));

        await TypeAsync(app, row, "yes");
        await app.Get<RejectionSweep>().RunAsync(Cancellation);

        var stored = await app.PracticeAsync(reference);
        Assert.Equal(("Pending", "es", fields["summary"]), (stored.Status, stored.Language, stored.Summary));
        Assert.Empty(await app.RejectionsAsync());
    }

    [Fact]
    public async Task The_answer_to_spam_differs_in_nothing_but_the_reference()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        Assert.Equal(await AnswerAsync(Samples.Practice()), await AnswerAsync(Links));
        await RejectionAsync(app);

        async Task<string> AnswerAsync(Dictionary<string, string> fields)
        {
            using var answer = await app.SubmitAsync(fields);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            var reference = JsonDocument.Parse(text).RootElement.GetProperty("reference").GetString()!;
            return $"{answer.StatusCode} {string.Join(", ", answer.Headers.Select(header => header.Key))} {text.Replace(reference, "…")}";
        }
    }

    [Fact]
    public async Task The_eleventh_of_a_kind_from_the_form_waits_and_its_own_repetition_with_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        for (var number = 1; number <= DuplicateLimit.MaxPerSummary; number++)
            await SentAsync(app, Samples.Practice($"Practice {number}"), Form);
        var eleventh = await SentAsync(app, Samples.Practice("Practice 11"), Form);
        await SentAsync(app, Samples.Practice("Practice 11"), Form);
        await SentAsync(app, Samples.Practice("Practice 1"), Form);
        await QueueIsEmptyAsync(app);

        Assert.StartsWith("repeats: ", (await RejectionAsync(app)).Reasons);
        Assert.Equal("pending []", await StatusAsync(app, eleventh));
        Assert.Equal(DuplicateLimit.MaxPerSummary, (await app.PracticesAsync()).Count);
    }

    [Fact]
    public async Task The_stamp_of_the_form_tells_how_long_somebody_had_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var stamp = app.Get<FormTimestamp>().Create();

        await SentAsync(app, Samples.Practice("Too quick"), Form with { FormAge = app.Get<FormTimestamp>().Age(stamp) });
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var quick = await SentAsync(app, Samples.Practice("Quick"), Form with { FormAge = app.Get<FormTimestamp>().Age(stamp) });
        app.Time.Advance(TimeSpan.FromDays(365));
        var slow = await SentAsync(app, Samples.Practice("From an old tab"), Form with { FormAge = app.Get<FormTimestamp>().Age(stamp) });

        await app.PracticeAsync(quick);
        await app.PracticeAsync(slow);
        Assert.Contains("Too quick", (await RejectionAsync(app)).Payload);
    }

    [Fact]
    public async Task Dying_after_it_was_kept_keeps_it_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var tries = 0;
        app.Wire.After = call =>
        {
            if (call is { Method: "POST", Path: "/Rejections" } && Interlocked.Increment(ref tries) == 1)
                throw new InvalidOperationException("Dead on purpose.");
        };

        var reference = await SentAsync(app, Samples.Practice(), Trapped);
        await app.UntilAsync("it was tried again", () => Task.FromResult(tries > 1));
        await QueueIsEmptyAsync(app);

        Assert.Equal((reference, "Spam"), (await RejectionAsync(app) is var row ? row.RowKey : "", row.Kind));
        Assert.Empty(await app.PracticesAsync());
    }

    [Fact]
    public async Task Spam_that_comes_again_undoes_nothing_that_an_admin_typed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await SentAsync(app, Samples.Practice(), Trapped);
        var row = await RejectionAsync(app);
        var mended = row.Payload.Replace("Migra Movil", "Migra Móvil");
        await app.Storage.Rejections.UpdateEntityAsync(
            new TableEntity(row.PartitionKey, row.RowKey) { ["Payload"] = mended, ["Requeue"] = "yes" }, ETag.All, TableUpdateMode.Merge, Cancellation);

        await SentAsync(app, Samples.Practice(), Form with { FormAge = TimeSpan.Zero });
        await app.UntilAsync("it was rejected twice", () => Task.FromResult(app.Log.All.Count(line => line.Contains("Rejected message (Spam)")) == 2));

        var kept = await RejectionAsync(app);
        Assert.Equal((mended, "yes"), (kept.Payload, kept.Requeue));
        Assert.StartsWith("honeypot: ", kept.Reasons);
    }

    [Fact]
    public async Task What_failed_again_and_again_on_its_way_into_Rejections_is_spam_still()
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
    public async Task The_same_content_sent_by_a_person_later_is_stored_and_the_rejection_changes_nothing_any_more()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await SentAsync(app, Samples.Practice(), Trapped);
        var row = await RejectionAsync(app);

        Assert.Equal(reference, await SentAsync(app, Samples.Practice(), Form));
        var stored = await app.PracticeAsync(reference);
        Assert.Equal("Pending", stored.Status);
        await app.SetStatusAsync(reference, "Published");
        Assert.Equal("published []", await StatusAsync(app, reference));

        await TypeAsync(app, row, "yes");
        await app.Get<RejectionSweep>().RunAsync(Cancellation);
        await QueueIsEmptyAsync(app);
        Assert.Equal("Published", Assert.Single(await app.PracticesAsync()).Status);
        Assert.Empty(await app.RejectionsAsync());
    }

    [Fact]
    public async Task What_is_stored_already_is_not_rejected_when_it_comes_again_as_spam()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        await app.PracticeAsync(reference);

        Assert.Equal(reference, await SentAsync(app, Samples.Practice(), Trapped));
        await app.UntilAsync("it was found", () => Task.FromResult(app.Log.All.Any(line => line.Contains("it is already stored"))));

        Assert.Empty(await app.RejectionsAsync());
        Assert.Equal("pending []", await StatusAsync(app, reference));
    }

    private static async Task<string> SentAsync(PipelineApp app, Dictionary<string, string> fields, SubmissionOrigin origin)
    {
        var draft = SubmissionFields.Draft(field => fields.GetValueOrDefault(field));
        return Assert.IsType<SubmissionResult.Accepted>(await app.Get<SubmissionIntake>().AcceptAsync(draft, origin, null, Cancellation)).Reference.ToString();
    }

    private static async Task<string> StatusAsync(PipelineApp app, string reference)
    {
        var status = await app.Http.GetFromJsonAsync<JsonElement>($"api/submissions/{PipelineApp.Topic}/{reference}", Cancellation);
        using var page = await app.Http.GetAsync($"practices/{PipelineApp.Topic}/{reference}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return $"{status.GetProperty("status").GetString()} {status.GetProperty("reasons").GetRawText()}";
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
