using System.Net;
using Azure.Data.Tables;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Practices;

/// <summary>Edits by hand in the table Practices: each is applied, or left as it is with a sentence.</summary>
public sealed class EditedPracticeTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";
    private const string Invisible = "\u200b\u2060\u00ad";

    [Theory]
    [InlineData(PipelineApp.Topic, "hand-1", AdminTexts.PracticeKeyNotReference)]
    [InlineData(PipelineApp.Topic, null, AdminTexts.PracticeKeyNotReference)]
    [InlineData("health", "hand-1", AdminTexts.PracticeOfUnknownTopic)]
    [InlineData("Mainstreaming-Migration", "hand-1", AdminTexts.PracticeOfUnknownTopic)]
    public async Task A_row_with_keys_that_the_app_does_not_make_is_explained_and_nothing_else(string topic, string? key, string help)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var original = await app.SweptPracticeAsync("Original", Email);
        // A null stands for the reference of the original in lower case.
        key ??= original.RowKey.ToLowerInvariant();
        var copy = new TableEntity(topic, key) { ["Status"] = "publish", ["Title"] = "Copy", ["Summary"] = "A summary", ["Email"] = Email };
        await app.Storage.Practices.AddEntityAsync(copy, Cancellation);

        await app.SweepPracticesAsync();
        var explained = await RowAsync(app, topic, key);
        await app.SweepPracticesAsync();
        await app.PublishDigestAsync();

        var row = await RowAsync(app, topic, key);
        Assert.Equal((help, "publish", null, null), (row.Help, row.Status, row.PublishedOn, row.DigestIssue));
        Assert.Equal(explained.ETag, row.ETag);
        Assert.Equal(["Original"], await app.ListedTitlesAsync());
        Assert.DoesNotContain("Copy", await app.FeedAsync());
        var mails = await app.MailsAsync();
        Assert.Single(mails, mail => mail.To == Email);
        Assert.DoesNotContain(mails, mail => mail.Html.Contains("Copy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(Invisible)]
    public async Task A_practice_without_DigestIssue_is_in_the_next_digest(string? cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var practice = await app.SweptPracticeAsync();
        await app.ReplaceCellAsync(practice, "DigestIssue", cell);

        await app.PublishDigestAsync();

        Assert.Single(await app.DigestsAsync());
        Assert.Equal((await app.IssueAsync()).RowKey, (await app.PracticeAsync(practice.RowKey)).DigestIssue);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("2999-01-01")]
    [InlineData(5)]
    public async Task A_DigestIssue_that_is_no_issue_is_left_and_explained_until_it_is_cleared(object cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var practice = await app.SweptPracticeAsync();
        await app.ReplaceCellAsync(practice, "DigestIssue", cell);

        await app.PublishDigestAsync();
        var row = await app.PracticeAsync(practice.RowKey);
        Assert.Equal((AdminTexts.PracticeDigestIssueNotName, cell), (row.Help, row.Columns["DigestIssue"]));
        Assert.Empty(await app.DigestsAsync());

        await app.ReplaceCellAsync(practice, "DigestIssue", "");
        await app.PublishDigestAsync();
        Assert.Equal("", (await app.PracticeAsync(practice.RowKey)).Help);
        Assert.Single(await app.DigestsAsync());
    }

    [Fact]
    public async Task A_removed_Status_means_Pending()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var practice = await app.SweptPracticeAsync();

        await app.ReplaceCellAsync(practice, "Status", null);
        await app.SweepPracticesAsync();

        var row = await app.PracticeAsync(practice.RowKey);
        Assert.Equal(("Pending", "Pending", AdminTexts.PracticePending), (row.Status, row.StatusApplied, row.Help));
        Assert.Empty(await app.ListedTitlesAsync());
    }

    [Theory]
    [InlineData("StatusApplied")]
    [InlineData("Help")]
    [InlineData("StatusTold")]
    public async Task A_removed_column_of_the_app_comes_back_without_a_second_mail(string column)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var practice = await app.SweptPracticeAsync(email: Email);

        await app.ReplaceCellAsync(practice, column, null);
        await app.SweepPracticesAsync();

        var row = await app.PracticeAsync(practice.RowKey);
        Assert.Equal(("Published", "Published"), (row.Status, row.StatusApplied));
        Assert.True(row.Help is null or "");
        Assert.Single(await app.MailsAsync(Email));
    }

    [Theory]
    [InlineData("Withdrawn by the ministry")]
    [InlineData(7)]
    public async Task A_Status_that_is_not_understood_changes_nothing_on_pages_and_is_not_mailed(object typed)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var practice = await app.SweptPracticeAsync("Kept", Email);
        await app.SweptPracticeAsync("Other");

        await app.ReplaceCellAsync(practice, "Status", typed);
        await app.PublishDigestAsync();

        var row = await app.PracticeAsync(practice.RowKey);
        Assert.Equal(typed, row.Columns["Status"]);
        Assert.Contains("is not understood", row.Help);
        Assert.Equal("Published", row.StatusApplied);
        Assert.Equal(["Kept", "Other"], (await app.ListedTitlesAsync()).Order());
        // Also in a process that reads all rows.
        await using var second = await PipelineApp.StartAsync(app.ConnectionString);
        Assert.Equal(["Kept", "Other"], (await second.ListedTitlesAsync()).Order());
        Assert.DoesNotContain("Kept", Assert.Single(await app.DigestsAsync()).Html);
        Assert.Single(await app.MailsAsync(Email));
    }

    [Theory]
    [InlineData("Title", "")]
    [InlineData("Title", null)]
    [InlineData("Title", Invisible)]
    [InlineData("Summary", " ")]
    [InlineData("Summary", Invisible)]
    public async Task A_practice_without_a_visible_text_is_on_no_list_and_in_no_digest_until_it_has_one(string column, string? cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var practice = await app.SweptPracticeAsync("Emptied");
        await app.ReplaceCellAsync(practice, column, cell);

        await app.PublishDigestAsync();
        Assert.Equal(
            column == "Title" ? AdminTexts.PracticeWithoutTitle : AdminTexts.PracticeWithoutSummary,
            (await app.PracticeAsync(practice.RowKey)).Help);
        Assert.Empty(await app.ListedTitlesAsync());
        Assert.DoesNotContain("<entry", await app.FeedAsync());
        Assert.Empty(await app.DigestsAsync());
        Assert.Contains(column == "Title" ? practice.RowKey : "Emptied", await app.PageAsync(practice.RowKey));

        await app.ReplaceCellAsync(practice, column, "Text again");
        await app.PublishDigestAsync();
        Assert.Equal("", (await app.PracticeAsync(practice.RowKey)).Help);
        Assert.Single(await app.ListedTitlesAsync());
        Assert.Single(await app.DigestsAsync());
    }

    [Theory]
    [InlineData("name at example.org")]
    [InlineData("one@example.org, two@example.org")]
    [InlineData(5)]
    public async Task An_Email_that_is_not_one_address_is_explained_and_mailed_once_it_is_corrected(object cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", Email));
        var row = await app.PracticeAsync(reference);
        await app.ReplaceCellAsync(row, "Email", cell);
        await app.SetStatusAsync(reference, "yes");

        await app.SweepPracticesAsync();
        await app.SweepPracticesAsync();
        row = await app.PracticeAsync(reference);
        Assert.Equal(("Published", "Published", AdminTexts.PracticeEmailNotAddress), (row.Status, row.StatusApplied, row.Help));
        Assert.DoesNotContain(app.Wire.Calls, call => call is { Method: "POST", Path: "/outgoing-mail/messages" });

        await app.ReplaceCellAsync(row, "Email", Email);
        await app.SweepPracticesAsync();
        await app.SweepPracticesAsync();
        Assert.Single(await app.MailsAsync(Email));
        Assert.Equal("", (await app.PracticeAsync(reference)).Help);
    }

    [Fact]
    public async Task Several_sentences_stand_in_one_cell_and_go_when_all_is_right()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice()));
        await app.ReplaceCellAsync(row, "Title", "");
        await app.ReplaceCellAsync(row, "Language", "Klingon");

        await app.SweepPracticesAsync();
        Assert.Equal(
            $"{AdminTexts.PracticePending} {AdminTexts.PracticeWithoutTitle} {AdminTexts.PracticeLanguageNotUnderstood}",
            (await app.PracticeAsync(row.RowKey)).Help);

        await app.ReplaceCellAsync(row, "Title", "Title");
        await app.ReplaceCellAsync(row, "Language", "FR ");
        await app.SweepPracticesAsync();
        Assert.Equal(AdminTexts.PracticePending, (await app.PracticeAsync(row.RowKey)).Help);
    }

    [Fact]
    public async Task A_sweep_that_failed_looks_at_the_same_rows_again_and_a_sound_row_is_never_written()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sound = await app.SweptPracticeAsync("Sound", Email);
        var edited = await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("Edited")));
        await app.SweepPracticesAsync();
        await app.SetStatusAsync(edited.RowKey, "no");

        app.Wire.Fail(call => call.IsWrite && call.Path.StartsWith("/Practices", StringComparison.Ordinal));
        await Assert.ThrowsAsync<SimulatedFaultException>(app.SweepPracticesAsync);
        app.Wire.Before = null;
        await app.SweepPracticesAsync();
        await app.SweepPracticesAsync();

        Assert.Equal("Declined", (await app.PracticeAsync(edited.RowKey)).Status);
        Assert.Equal(sound.ETag, (await app.PracticeAsync(sound.RowKey)).ETag);
    }

    [Fact]
    public async Task A_row_that_was_edited_long_ago_is_seen_by_the_first_look_of_a_process()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var practice = await app.SweptPracticeAsync();
        await app.ReplaceCellAsync(practice, "Status", "declind");

        await using var other = await PipelineApp.StartAsync(app.ConnectionString);
        await other.SweepPracticesAsync();

        Assert.Equal("Declined", (await app.PracticeAsync(practice.RowKey)).Status);
    }

    [Fact]
    public async Task A_deleted_practice_leaves_the_lists_within_a_minute_and_two_transactions()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:PageAge=00:00:02");
        var deleted = await app.SweptPracticeAsync("Deleted");
        await app.SweptPracticeAsync("Kept");
        Assert.Equal(2, (await app.ListedTitlesAsync()).Count);
        await app.Storage.Practices.DeleteEntityAsync(PipelineApp.Topic, deleted.RowKey, cancellationToken: Cancellation);

        app.Time.Advance(TimeSpan.FromMinutes(1));
        app.Wire.Reset();
        Assert.Equal(["Kept"], await app.ListedTitlesAsync());
        Assert.Equal(2, app.Wire.Calls.Count(call => call.Path.StartsWith("/Practices", StringComparison.Ordinal)));

        app.Time.Advance(TimeSpan.FromSeconds(2));
        app.Wire.Reset();
        await app.ListedTitlesAsync();
        Assert.Single(app.Wire.Calls, call => call.Path.StartsWith("/Practices", StringComparison.Ordinal));
        using var page = await app.Http.GetAsync($"practices/{PipelineApp.Topic}/{deleted.RowKey}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Not here yet", await page.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<StoredPractice> RowAsync(PipelineApp app, string topic, string key) =>
        new((await app.Storage.Practices.GetEntityAsync<TableEntity>(topic, key, null, Cancellation)).Value);
}
