using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Practices;

/// <summary>Edits by hand of the times of a practice: none pins it on top of a list or takes it out of the feed.</summary>
public sealed class EditedTimeTests(AzuriteFixture azurite)
{
    public static readonly TheoryData<object> NoPastTimes =
    [
        "25/11/2026 19:03", "05/11/2026 19:03", "yesterday", 7, true,
        new DateTimeOffset(2027, 6, 1, 0, 0, 0, TimeSpan.Zero), "2027-06-01T00:00:00Z", "9999-12-31T23:59:59Z",
        new DateTimeOffset(1600, 1, 1, 0, 0, 0, TimeSpan.Zero),
    ];

    [Theory]
    [MemberData(nameof(NoPastTimes), DisableDiscoveryEnumeration = true)]
    public async Task A_PublishedOn_that_is_not_in_the_past_is_left_and_explained_and_SubmittedOn_orders_the_practice(object cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SweptPracticeAsync("First");
        app.Time.Advance(TimeSpan.FromHours(1));
        var edited = await app.SweptPracticeAsync("Edited");
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweptPracticeAsync("Last");

        await app.ReplaceCellAsync(edited, "PublishedOn", cell);
        await app.SweepPracticesAsync();
        await app.SweepPracticesAsync();

        var row = await app.PracticeAsync(edited.RowKey);
        Assert.Equal((AdminTexts.PracticePublishedOnNotTime, cell), (row.Help, row.Columns["PublishedOn"]));
        Assert.Equal(["Last", "Edited", "First"], await app.ListedTitlesAsync());
        Assert.Contains("<published>2026-11-24T11:30:00Z</published>", await app.FeedAsync());
        Assert.DoesNotContain("Published on", await app.PageAsync(edited.RowKey));

        await app.ReplaceCellAsync(edited, "PublishedOn", "2026-11-23T08:00:00Z");
        await app.SweepPracticesAsync();
        Assert.Equal("", (await app.PracticeAsync(edited.RowKey)).Help);
        Assert.Equal(["Last", "First", "Edited"], await app.ListedTitlesAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\u200b")]
    public async Task A_missing_PublishedOn_is_set_again(string? cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var practice = await app.SweptPracticeAsync();
        await app.ReplaceCellAsync(practice, "PublishedOn", cell);
        app.Time.Advance(TimeSpan.FromMinutes(1));

        await app.SweepPracticesAsync();

        Assert.Equal(app.Time.GetUtcNow(), (await app.PracticeAsync(practice.RowKey)).PublishedOn);
        Assert.Contains("<entry", await app.FeedAsync());
    }

    [Fact]
    public async Task A_pending_practice_gets_no_PublishedOn()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice()));

        await app.SweepPracticesAsync();

        Assert.Equal(row.ETag, (await app.PracticeAsync(row.RowKey)).ETag);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [MemberData(nameof(NoPastTimes), DisableDiscoveryEnumeration = true)]
    public async Task A_SubmittedOn_that_is_not_in_the_past_is_explained_and_neither_order_nor_page_changes_with_edits(object? cell)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var edited = await app.SweptPracticeAsync("Edited");
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweptPracticeAsync("Last");

        await app.ReplaceCellAsync(edited, "SubmittedOn", cell);
        await app.SweepPracticesAsync();
        var page = await app.PageAsync(edited.RowKey);
        Assert.Contains("Submitted by", page);
        Assert.DoesNotContain("Angelica Pinzon</bdi> on", page);
        Assert.Equal(AdminTexts.PracticeSubmittedOnNotTime, (await app.PracticeAsync(edited.RowKey)).Help);

        await app.ReplaceCellAsync(edited, "Organisation", "");
        Assert.Equal(["Last", "Edited"], await app.ListedTitlesAsync());
        Assert.Equal(page, await app.PageAsync(edited.RowKey));
    }

    [Fact]
    public async Task A_practice_of_unknown_age_is_at_the_end_and_stays_in_the_feed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var edited = await app.SweptPracticeAsync("Edited");
        await app.SweptPracticeAsync("Other");

        await app.ReplaceCellAsync(edited, "SubmittedOn", "unknown");
        await app.ReplaceCellAsync(edited, "PublishedOn", "unknown");
        await app.SweepPracticesAsync();

        Assert.Equal(["Other", "Edited"], await app.ListedTitlesAsync());
        Assert.Contains("Edited", await app.FeedAsync());
    }
}
