using Microsoft.Extensions.DependencyInjection;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Practices;

public sealed class PublicationOrderTests(AzuriteFixture azurite)
{
    private static readonly string[] Titles = [.. "ABCDEFGH".Select(letter => $"Practice {letter}")];

    /// <summary>With the real clock, because storage sets the time of an edit.</summary>
    [Fact]
    public async Task A_digest_has_the_practices_in_the_order_in_which_an_editor_published_them_and_lists_the_reverse()
    {
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(), services => services.AddSingleton(TimeProvider.System));
        await app.AddSubscribersAsync(1);
        var references = await SubmitAsync(app);
        string[] published = [.. Titles.Where((_, i) => i % 2 == 1), .. Titles.Where((_, i) => i % 2 == 0)];
        var latest = DateTimeOffset.MinValue;
        foreach (var title in published)
            latest = await PublishAfterAsync(app, references[title], latest);

        string[] newestFirst = [.. published.Reverse()];
        Assert.Equal(newestFirst, await app.ListedTitlesAsync());
        // The mail to the submitter can be written into the row before the sweep that queued it sets the time.
        await app.Get<PracticeTable>().TryClaimNotificationAsync(
            PipelineApp.Topic, Parsed(references[published[0]]), "Published", "mail", Cancellation);
        await app.SweepPracticesAsync();
        Assert.Equal(newestFirst, await app.ListedTitlesAsync());
        await app.PublishDigestAsync();

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains($"{published[0]}\u2069 and 7 more", mail.Subject);
        Assert.Equal(published, published.OrderBy(title => mail.Text.IndexOf(title, StringComparison.Ordinal)));
        Assert.Equal(newestFirst, await app.ListedTitlesAsync());
    }

    [Fact]
    public async Task Practices_that_were_published_at_the_same_time_are_in_the_order_of_their_submission()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var references = await SubmitAsync(app);
        foreach (var title in Titles.Reverse())
            await app.SetStatusAsync(references[title], "Published");

        await app.PublishDigestAsync();

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Equal(Titles, Titles.OrderBy(title => mail.Text.IndexOf(title, StringComparison.Ordinal)));
        Assert.Equal(Titles.Reverse(), await app.ListedTitlesAsync());
    }

    private static async Task<Dictionary<string, string>> SubmitAsync(PipelineApp app)
    {
        Dictionary<string, string> references = [];
        foreach (var title in Titles)
        {
            references[title] = await app.SubmitAcceptedAsync(Samples.Practice(title).With("email", "angelica@example.org"));
            app.Time.Advance(TimeSpan.FromMinutes(1));
            await app.PracticeAsync(references[title]);
        }

        return references;
    }

    /// <summary>Edits again until the row has a later time: Azurite counts milliseconds.</summary>
    private static async Task<DateTimeOffset> PublishAfterAsync(PipelineApp app, string reference, DateTimeOffset earlier)
    {
        while (true)
        {
            await app.SetStatusAsync(reference, "Published");
            if ((await app.PracticeAsync(reference)).Columns.Timestamp is { } edited && edited > earlier)
                return edited;
        }
    }

    private static Reference Parsed(string reference) =>
        Reference.TryParse(reference, out var parsed) ? parsed : throw new FormatException(reference);
}
