using System.Net;
using System.Net.Http.Json;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Azurite;
using Pipeline.Storage;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class StopTests(AzuriteFixture azurite)
{
    [Fact]
    public Task A_mail_that_SendGrid_has_when_the_app_stops_is_sent_once() =>
        StopWhileSendGridHasAMailAsync(AppProcess.StorageArguments(azurite.NewAccount()), withChildren: false);

    [Fact]
    public async Task Storage_ends_last_if_every_process_gets_the_signal()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-stop-");
        try
        {
            await StopWhileSendGridHasAMailAsync(
                ["--storage-port-base", $"{FreePort.Next(inARow: 3)}", "--data", folder.FullName], withChildren: true);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The function still belongs to the listeners of before the outage.</summary>
    [Fact]
    public async Task A_mail_that_SendGrid_has_since_before_an_outage_is_waited_for()
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        var folder = Directory.CreateTempSubdirectory("pipeline-stop-");
        try
        {
            var storage = await AzuriteServer.StartAsync(ports, folder.FullName, cancellationToken: Cancellation);
            await using var sendGrid = await SlowSendGrid.StartAsync();
            await using var app = AppProcess.Start(["--storage-port-base", $"{ports.Blob}", .. sendGrid.Settings]);
            await SignUpAsync(app, sendGrid);

            await storage.DisposeAsync();
            await app.UntilItSaysAsync("A listener failed");
            await using (await AzuriteServer.StartAsync(ports, folder.FullName, cancellationToken: Cancellation))
            {
                await app.UntilItSaysAsync("Restarted the listeners of queues and timers.");
                await StopAsync(app, sendGrid, withChildren: false);
                var queue = new QueueClient(ports.ConnectionString(), QueueNames.Mail);
                Assert.Equal(0, (await queue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task StopWhileSendGridHasAMailAsync(string[] storage, bool withChildren)
    {
        await using var sendGrid = await SlowSendGrid.StartAsync();
        string[] settings = [.. storage, .. sendGrid.Settings];
        await using (var app = AppProcess.Start(settings))
        {
            await SignUpAsync(app, sendGrid);
            await StopAsync(app, sendGrid, withChildren);
        }

        await using var again = AppProcess.Start(settings);
        await again.UntilItRunsAsync();
        Assert.Equal(0, await again.EndAsync());
        Assert.Equal(1, sendGrid.Calls);
    }

    private static async Task SignUpAsync(AppProcess app, SlowSendGrid sendGrid)
    {
        await app.UntilItRunsAsync();
        using var asked = await app.Http.PostAsync(
            "api/subscriptions", JsonContent.Create(new { email = "reader@example.org", topic = PipelineApp.Topic }), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Eventually.EndsAsync("waiting for the mail at SendGrid", sendGrid.Arrived);
    }

    private static async Task StopAsync(AppProcess app, SlowSendGrid sendGrid, bool withChildren)
    {
        var ending = app.EndAsync(withChildren);
        await app.UntilItSaysAsync("Stopping");
        sendGrid.Answer();

        Assert.Equal(0, await ending);
        Assert.Contains("Sent Confirmation mail", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("still run", app.Output, StringComparison.Ordinal);
        app.AssertNoStackTrace();
    }

    /// <summary>A SendGrid that answers when the test says so.</summary>
    private sealed class SlowSendGrid : IAsyncDisposable
    {
        private readonly string _address = $"http://127.0.0.1:{FreePort.Next()}";
        private readonly TaskCompletionSource _arrived = new();
        private readonly TaskCompletionSource _answer = new();
        private readonly WebApplication _server;

        private int _calls;

        private SlowSendGrid()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls(_address);
            _server = builder.Build();
            _server.MapPost("/v3/mail/send", async context =>
            {
                Interlocked.Increment(ref _calls);
                _arrived.TrySetResult();
                await _answer.Task;
                context.Response.StatusCode = (int)HttpStatusCode.Accepted;
            });
        }

        public string[] Settings => ["--SendGrid__ApiKey=key", $"--SendGrid__BaseUrl={_address}"];

        public int Calls => _calls;

        public Task Arrived => _arrived.Task;

        public static async Task<SlowSendGrid> StartAsync()
        {
            var sendGrid = new SlowSendGrid();
            await sendGrid._server.StartAsync(Cancellation);
            return sendGrid;
        }

        public void Answer() => _answer.SetResult();

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}
