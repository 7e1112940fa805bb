using System.Net;
using Azure.Data.Tables;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Reading;

public sealed class PublishedCacheTests(AzuriteFixture azurite)
{
    private const string List = $"api/topics/{PipelineApp.Topic}/practices";
    private const int Many = 5_000;

    [Fact]
    public async Task A_change_of_an_admin_is_shown_at_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var first = await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("First")));
        var second = await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("Second")));
        Assert.Empty(await TitlesAsync(app));

        await app.SetStatusAsync(first.RowKey, "Published");
        Assert.Equal(["First"], await TitlesAsync(app));
        await app.SetStatusAsync(second.RowKey, "published ");
        Assert.Equal(["First"], await TitlesAsync(app));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        Assert.Equal(["First", "Second"], (await TitlesAsync(app)).Order());

        await EditAsync(app, first.RowKey, "Title", "First, corrected");
        Assert.Equal(["First, corrected", "Second"], (await TitlesAsync(app)).Order());
        await app.SetStatusAsync(second.RowKey, "Declined");
        Assert.Equal(["First, corrected"], await TitlesAsync(app));
        await app.SetStatusAsync(first.RowKey, "no ");
        Assert.Empty(await TitlesAsync(app));
    }

    [Fact]
    public async Task The_version_depends_on_the_published_columns_only()
    {
        var account = azurite.NewAccount();
        await using var app = await PipelineApp.StartAsync(account);
        await using var other = await PipelineApp.StartAsync(account);
        var reference = await app.SubmitPublishedAsync(Samples.Practice("First").With("email", "someone@example.org"));
        await app.SubmitPublishedAsync(Samples.Practice("Second"));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        var before = await ListAsync(app);
        Assert.Equal(before.Version, (await ListAsync(other)).Version);
        Assert.All(before.NewestFirst, practice => Assert.Empty(practice.Email));

        await EditAsync(app, reference, "StatusTold", "Published");
        Assert.Same(before, await ListAsync(app));

        HashSet<string> versions = [before.Version];
        foreach (var column in (string[])["Title", "Summary", "Honorific", "Submitter", "Organisation", "Country", "Link"])
        {
            await EditAsync(app, reference, column, "Other");
            var after = await ListAsync(app);
            Assert.True(versions.Add(after.Version), column);
            Assert.Equal(after.Version, (await ListAsync(other)).Version);
        }
    }

    [Fact]
    public async Task A_deleted_row_is_not_shown_after_five_minutes()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice("First"));
        await app.SubmitPublishedAsync(Samples.Practice("Second"));
        Assert.Equal(2, (await TitlesAsync(app)).Count);

        await app.Storage.Practices.DeleteEntityAsync(PipelineApp.Topic, reference, cancellationToken: Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(["Second"], await TitlesAsync(app));
    }

    [Fact]
    public async Task A_row_written_during_a_query_is_not_lost()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddAsync(app, 0, 1);
        var writing = Parallel.ForEachAsync(Enumerable.Range(1, 400), Cancellation, async (number, cancellation) =>
            await app.Storage.Practices.AddEntityAsync(Row(app, number), cancellation));
        var counts = new List<int>();
        while (!writing.IsCompleted)
            counts.Add((await ListAsync(app)).NewestFirst.Count);
        await writing;

        Assert.Equal(401, (await ListAsync(app)).NewestFirst.Count);
        Assert.Equal(counts.Order(), counts);
    }

    [Fact]
    public async Task Parallel_requests_share_one_query_and_its_failure()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:PageAge=00:00:02");
        await AddAsync(app, 0, 3);
        await TitlesAsync(app);
        app.Time.Advance(TimeSpan.FromSeconds(2));
        app.Wire.Reset();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TitlesAsync(app)));
        Assert.Single(Asked(app));

        app.Time.Advance(TimeSpan.FromSeconds(2));
        app.Wire.Before = _ => throw new Azure.RequestFailedException(403, "Broken on purpose.");
        foreach (var path in (string[])[List, $"topics/{PipelineApp.Topic}"])
        {
            using var answer = await app.Http.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }

        app.Wire.Reset();
        Assert.Equal(3, (await TitlesAsync(app)).Count);
    }

    [Theory]
    [InlineData("00:00:02")]
    [InlineData("00:00:00")]
    public async Task A_page_of_a_topic_with_five_thousand_practices_costs_at_most_two_transactions(string age)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:PageAge={age}");
        await AddAsync(app, 0, Many);
        using (var cold = await app.Http.GetAsync($"topics/{PipelineApp.Topic}", Cancellation))
            Assert.Equal(HttpStatusCode.OK, cold.StatusCode);

        foreach (var path in (string[])[$"topics/{PipelineApp.Topic}", List, "", $"topics/{PipelineApp.Topic}"])
        {
            app.Time.Advance(TimeSpan.FromSeconds(2));
            app.Wire.Reset();
            using var answer = await app.Http.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.InRange(Asked(app).Count(), 1, 2);
        }

        // After an edit the next page costs one transaction and shows the edit.
        await EditAsync(app, Row(app, Many / 2).RowKey, "Title", "Corrected");
        app.Time.Advance(TimeSpan.FromSeconds(2));
        app.Wire.Reset();
        Assert.Single((await ListAsync(app)).NewestFirst, practice => practice.Title == "Corrected");
        Assert.Single(Asked(app));
    }

    [Fact]
    public async Task The_next_page_is_complete_if_the_practice_of_the_cursor_is_withdrawn()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddAsync(app, 0, 25);
        var all = (await ListAsync(app)).NewestFirst;

        var first = await app.Http.GetAsync<PracticeList>($"{List}?limit=10");
        await app.SetStatusAsync(all[9].Reference.ToString(), "Declined");
        var second = await app.Http.GetAsync<PracticeList>($"{List}?limit=10&after={first.Next}");

        Assert.Equal(
            all.Skip(10).Take(10).Select(practice => practice.Reference.ToString()),
            second.Practices.Select(practice => practice.Reference));
    }

    /// <summary>All transactions except those of the queues.</summary>
    private static IEnumerable<Wire.Call> Asked(PipelineApp app) =>
        app.Wire.Calls.Where(call => !call.Path.EndsWith("/messages", StringComparison.Ordinal));

    private static Task<PublishedSnapshot> ListAsync(PipelineApp app) =>
        app.Get<PublishedCache>().GetAsync(PipelineApp.Topic, Cancellation);

    private static async Task<IReadOnlyList<string>> TitlesAsync(PipelineApp app) =>
        [.. (await app.Http.GetAsync<PracticeList>(List)).Practices.Select(practice => practice.Title)];

    private static Task EditAsync(PipelineApp app, string reference, string column, string value) =>
        app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, column, value);

    private static Task AddAsync(PipelineApp app, int from, int count) =>
        app.Storage.Practices.AddAsync(Enumerable.Range(from, count).Select(number => Row(app, number)));

    private static TableEntity Row(PipelineApp app, int number) => new(PipelineApp.Topic, Reference.Of($"practice {number}").ToString())
    {
        ["Status"] = "Published",
        ["StatusApplied"] = "Published",
        ["Title"] = $"Practice {number}",
        ["Summary"] = "A bus that brings advice to people in border areas. It stops in every village once a month.",
        ["SubmittedOn"] = app.Time.GetUtcNow().AddDays(-1),
        ["PublishedOn"] = app.Time.GetUtcNow().AddMinutes(-number),
        ["DigestIssue"] = "",
    };
}
