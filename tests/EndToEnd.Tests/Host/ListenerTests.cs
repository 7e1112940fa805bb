using System.Collections.Concurrent;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class ListenerTests(AzuriteFixture azurite) : IDisposable
{
    private const int QueueFunctions = 6;

    private readonly StoragePorts _lateStorage = new(FreePort.Next(inARow: 3));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-listeners-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Queues answer from the beginning, and the account with the locks of timers does not.</summary>
    [Fact]
    public async Task Each_queue_has_one_listener_also_after_a_start_that_failed()
    {
        await using var polls = await HeldPolls.StartAsync(azurite.NewAccount());
        await using var app = AppProcess.Start(
        [
            $"--PipelineStorage={polls.ConnectionString}", $"--AzureWebJobsStorage={_lateStorage.ConnectionString()}",
        ]);
        await app.UntilItSaysAsync("A listener failed");
        await using (await AzuriteServer.StartAsync(_lateStorage, _folder.FullName, cancellationToken: Cancellation))
        {
            await app.UntilItRunsAsync();

            polls.Hold();
            await Eventually.IsTrueAsync("all queues are polled", () => Task.FromResult(polls.Held.Count == QueueFunctions));

            Assert.All(polls.Held, queue => Assert.Equal((queue.Key, 1), (queue.Key, queue.Value)));
            polls.Continue();
            Assert.Equal(0, await app.EndAsync());
        }
    }

    /// <summary>Stands between the app and its queues. A listener waits for an answer before it asks again.</summary>
    private sealed class HeldPolls : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, int> _held = new();
        private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false });
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly WebApplication _server;

        private volatile bool _holds;

        private HeldPolls(string account)
        {
            var queues = new QueueServiceClient(account).Uri;
            var address = new UriBuilder(queues) { Port = FreePort.Next() }.Uri;
            ConnectionString = account.Replace(queues.AbsoluteUri, address.AbsoluteUri, StringComparison.Ordinal);

            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddHttpForwarder();
            builder.WebHost.UseUrls(address.GetLeftPart(UriPartial.Authority));
            _server = builder.Build();
            var forwarder = _server.Services.GetRequiredService<IHttpForwarder>();
            _server.Run(async context =>
            {
                if (_holds && IsPoll(context.Request))
                {
                    _held.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
                    await _goOn.Task.WaitAsync(context.RequestAborted);
                }

                await forwarder.SendAsync(context, queues.GetLeftPart(UriPartial.Authority), _client);
            });
        }

        public string ConnectionString { get; }

        /// <summary>The number of held requests by queue.</summary>
        public IReadOnlyDictionary<string, int> Held => _held;

        public static async Task<HeldPolls> StartAsync(string account)
        {
            var polls = new HeldPolls(account);
            await polls._server.StartAsync(Cancellation);
            return polls;
        }

        public void Hold() => _holds = true;

        public void Continue() => _goOn.SetResult();

        private static bool IsPoll(HttpRequest request) =>
            HttpMethods.IsGet(request.Method) && request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal);

        public async ValueTask DisposeAsync()
        {
            _goOn.TrySetResult();
            await _server.DisposeAsync();
            _client.Dispose();
        }
    }
}
