using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

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
        ConcurrentDictionary<string, int> held = new();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var queues = await StorageProxy.StartAsync(azurite.NewAccount());
        await using var app = AppProcess.Start(
        [
            $"--PipelineStorage={queues.ConnectionString}", $"--AzureWebJobsStorage={_lateStorage.ConnectionString()}",
        ]);
        await app.UntilItSaysAsync("A listener failed");
        await using (await AzuriteServer.StartAsync(_lateStorage, _folder.FullName, cancellationToken: Cancellation))
        {
            await app.UntilItRunsAsync();

            // A listener waits for an answer before it asks again.
            queues.Answer = async context =>
            {
                if (!IsPoll(context.Request))
                    return false;
                held.AddOrUpdate(context.Request.Path, 1, (_, count) => count + 1);
                await goOn.Task.WaitAsync(context.RequestAborted);
                return false;
            };
            await Eventually.IsTrueAsync("all queues are polled", () => Task.FromResult(held.Count == QueueFunctions));

            Assert.All(held, queue => Assert.Equal((queue.Key, 1), (queue.Key, queue.Value)));
            goOn.SetResult();
            Assert.Equal(0, await app.EndAsync());
        }
    }

    private static bool IsPoll(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal);
}
