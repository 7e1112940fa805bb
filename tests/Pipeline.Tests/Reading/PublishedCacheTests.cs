using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Data.Tables;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Reading;

public sealed class PublishedCacheTests(AzuriteFixture azurite)
{
    private const string List = $"api/topics/{PipelineApp.Topic}/practices";
    private const int Many = 5_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_see_at_once_what_an_admin_does()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (first, second) = (await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("First"))), await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("Second"))));
        Assert.Empty(await TitlesAsync(app));

        await app.SetStatusAsync(first.RowKey, "Published");
        Assert.Equal(["First"], await TitlesAsync(app));
        await app.SetStatusAsync(second.RowKey, "published ");
        Assert.Equal(["First"], await TitlesAsync(app));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        Assert.Equal(["First", "Second"], (await TitlesAsync(app)).Order());

        await EditAsync(app, first.RowKey, "Title", "First, mended");
        Assert.Equal(["First, mended", "Second"], (await TitlesAsync(app)).Order());
        await app.SetStatusAsync(second.RowKey, "Declined");
        Assert.Equal(["First, mended"], await TitlesAsync(app));
        await app.SetStatusAsync(first.RowKey, "no ");
        Assert.Empty(await TitlesAsync(app));
    }

    [Fact]
    public async Task The_version_tells_what_is_held_and_nothing_else()
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
    public async Task A_row_that_was_deleted_goes_within_five_minutes()
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
    public async Task What_is_written_while_others_read_is_never_lost()
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
    public async Task Many_readers_share_one_query_and_meet_its_failure_together()
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
    public async Task A_page_of_five_thousand_costs_at_most_two_transactions(string age)
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

        // An edit costs no more, and shows.
        await EditAsync(app, Row(app, Many / 2).RowKey, "Title", "Mended");
        app.Time.Advance(TimeSpan.FromSeconds(2));
        app.Wire.Reset();
        Assert.Single((await ListAsync(app)).NewestFirst, practice => practice.Title == "Mended");
        Assert.Single(Asked(app));
    }

    [Fact]
    public async Task Next_leads_through_all_of_them_though_its_own_practice_is_taken_back()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddAsync(app, 0, 25);
        var all = (await ListAsync(app)).NewestFirst;

        var first = await app.Http.GetFromJsonAsync<JsonElement>($"{List}?limit=10", Cancellation);
        await app.SetStatusAsync(all[9].Reference.ToString(), "Declined");
        var second = await app.Http.GetFromJsonAsync<JsonElement>($"{List}?limit=10&after={first.GetProperty("next").GetString()}", Cancellation);

        Assert.Equal(
            all.Skip(10).Take(10).Select(practice => practice.Reference.ToString()),
            second.GetProperty("practices").EnumerateArray().Select(practice => practice.GetProperty("reference").GetString()));
    }

    /// <summary>All transactions but those of the listeners to queues.</summary>
    private static IEnumerable<Wire.Call> Asked(PipelineApp app) => app.Wire.Calls.Where(call => !call.Path.EndsWith("/messages", StringComparison.Ordinal));

    private static Task<PublishedSnapshot> ListAsync(PipelineApp app) => app.Get<PublishedCache>().GetAsync(PipelineApp.Topic, Cancellation);

    private static async Task<IReadOnlyList<string>> TitlesAsync(PipelineApp app) =>
        [.. (await app.Http.GetFromJsonAsync<JsonElement>(List, Cancellation)).GetProperty("practices").EnumerateArray().Select(practice => practice.GetProperty("title").GetString()!)];

    private static Task EditAsync(PipelineApp app, string reference, string column, string value) => app.Storage.Practices.UpdateEntityAsync(
        new TableEntity(PipelineApp.Topic, reference) { [column] = value }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

    private static async Task AddAsync(PipelineApp app, int from, int count)
    {
        foreach (var batch in Enumerable.Range(from, count).Select(number => Row(app, number)).Chunk(100))
            await app.Storage.Practices.SubmitTransactionAsync(batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), Cancellation);
    }

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
