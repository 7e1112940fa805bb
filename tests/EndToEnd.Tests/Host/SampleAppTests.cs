using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class SampleAppTests(AzuriteFixture azurite)
{
    private readonly string _account = azurite.NewAccount();

    [Fact]
    public async Task A_function_that_throws_is_500_without_the_message_and_the_first_route_by_name_answers()
    {
        await using var app = await StartAsync();

        using var thrown = await app.Host.Http.GetAsync("sample/throw", Cancellation);
        Assert.Equal((HttpStatusCode.InternalServerError, ""), (thrown.StatusCode, await thrown.Content.ReadAsStringAsync(Cancellation)));
        using var head = await app.Host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "sample/throw"), Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, head.StatusCode);
        Assert.Equal("GET this", await app.Host.Http.GetStringAsync("sample/things/this", Cancellation));
        using var any = await app.Host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Patch, "sample/NoRoute"), Cancellation);
        Assert.Equal("PATCH", await any.Content.ReadAsStringAsync(Cancellation));
        await app.Host.UntilItSaysAsync("Broken on purpose: /sample/throw");
    }

    [Fact]
    public async Task A_message_that_fails_too_often_goes_to_the_poison_queue_unchanged()
    {
        var queue = await QueueAsync("failing");
        await QueueAsync("failing-poison");
        await using var app = await StartAsync();

        await queue.SendMessageAsync("typed by hand: é!", Cancellation);

        await UntilReportedAsync("poisoned typed by hand: é!");
        Assert.Equal(3, (await ReportsAsync()).Count(line => line == "failing typed by hand: é!"));
    }

    [Fact]
    public async Task Settings_name_a_queue_and_its_account()
    {
        var queue = await QueueAsync("named-by-a-setting");
        await using var app = await StartAsync();

        await queue.SendMessageAsync("hello", Cancellation);

        await UntilReportedAsync("setting hello");
    }

    [Fact]
    public async Task A_missed_timer_runs_at_the_next_start()
    {
        await using (var app = await StartAsync())
            Assert.Equal(0, await app.Host.EndAsync());
        var status = new BlobClient(_account, "azure-webjobs-hosts", "timers/pipeline-functions/Host.Functions.Timer/status");
        var old = """{"Last":"2020-01-01T00:00:00Z","Next":"2021-01-01T00:00:00Z","LastUpdated":"2020-01-01T00:00:00Z"}""";
        await status.UploadAsync(BinaryData.FromString(old), overwrite: true, Cancellation);

        await using (var app = await StartAsync())
            await UntilReportedAsync("timer, past due");

        var written = (await status.DownloadContentAsync(Cancellation)).Value.Content.ToString();
        Assert.DoesNotContain("\"Last\":\"2020", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_returns_if_the_worker_is_killed_while_it_runs()
    {
        var queue = await QueueAsync("slow");
        await using (var app = await StartAsync())
        {
            await queue.SendMessageAsync("one", Cancellation);
            await UntilReportedAsync("begun one");
            app.KillWorker();
            Assert.NotEqual(0, await app.Host.ExitCodeAsync());
        }

        await QueueAsync("go-on");
        await using var again = await StartAsync();
        await UntilReportedAsync("ended one");
    }

    [Fact]
    public async Task A_stop_waits_for_a_running_function()
    {
        var queue = await QueueAsync("slow");
        await using var app = await StartAsync();
        await queue.SendMessageAsync("one", Cancellation);
        await UntilReportedAsync("begun one");

        await StopAndGoOnAsync(app);

        Assert.Contains("ended one", await ReportsAsync());
        Assert.Equal(0, (await queue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task A_stop_waits_for_a_running_timer_function()
    {
        await using var app = await StartAsync();
        await QueueAsync("slow-timer");
        await UntilReportedAsync("begun timer");

        await StopAndGoOnAsync(app);

        Assert.Contains("ended timer", await ReportsAsync());
    }

    /// <summary>The function belongs to listeners that no longer listen.</summary>
    [Fact]
    public async Task A_stop_waits_for_a_function_from_before_an_outage()
    {
        var (ports, folder) = (new StoragePorts(FreePort.Next(inARow: 3)), Directory.CreateTempSubdirectory("pipeline-sample-"));
        try
        {
            var storage = await AzuriteServer.StartAsync(ports, folder.FullName, cancellationToken: Cancellation);
            var queue = await QueueAsync("slow", ports.ConnectionString());
            await using var app = await StartAsync(ports.ConnectionString());
            await queue.SendMessageAsync("one", Cancellation);
            await UntilReportedAsync("begun one");

            await storage.DisposeAsync();
            await app.Host.UntilItSaysAsync("A listener failed");
            await using (await AzuriteServer.StartAsync(ports, folder.FullName, cancellationToken: Cancellation))
            {
                await app.Host.UntilItSaysAsync("Restarted the listeners");
                await StopAndGoOnAsync(app);

                Assert.Contains("ended one", await ReportsAsync());
                Assert.Equal(0, (await queue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Lets the slow functions go on when the stop has begun, and waits for the end.</summary>
    private async Task StopAndGoOnAsync(WorkerApp app)
    {
        var ending = app.Host.EndAsync();
        await app.Host.UntilItSaysAsync("Stopping");
        await QueueAsync("go-on");
        Assert.Equal(0, await ending);
    }

    private async Task<WorkerApp> StartAsync(string? account = null)
    {
        var app = await SampleApp.StartAsync(account ?? _account, signals: _account);
        await app.Host.UntilItRunsAsync();
        return app;
    }

    private async Task<QueueClient> QueueAsync(string name, string? account = null)
    {
        var queue = new QueueClient(account ?? _account, name);
        await queue.CreateIfNotExistsAsync(cancellationToken: Cancellation);
        return queue;
    }

    private Task UntilReportedAsync(string line) =>
        Eventually.IsTrueAsync($"a function reports '{line}'", async () => (await ReportsAsync()).Contains(line));

    private async Task<IReadOnlyList<string>> ReportsAsync()
    {
        var seen = await QueueAsync("seen");
        return [.. (await seen.PeekMessagesAsync(32, Cancellation)).Value.Select(message => message.Body.ToString())];
    }
}
