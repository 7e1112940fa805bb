using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Protocol;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.ColdStart;

/// <summary>A worker process from its start to its first answer. The host's part of the protocol is LocalHost's.</summary>
internal static class ColdWorker
{
    private static readonly HttpClient Http = new();

    public static Task<TimeSpan> AnswersHttpAsync(PublishedApp app, string connectionString, string function, string path) =>
        FirstAsync(app, connectionString, async worker =>
        {
            var id = Guid.NewGuid().ToString();
            var address = new Uri(worker.HttpAddress, path);
            var invocation = InvokeAsync(worker, function, id, new TypedData { Http = new RpcHttp { Method = "GET", Url = address.AbsoluteUri } });
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "x-ms-invocation-id", id } } };
            using var answer = await Http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            await invocation;
        });

    public static Task<TimeSpan> TakesMessageAsync(PublishedApp app, string connectionString, string function, string message) =>
        FirstAsync(app, connectionString, worker => InvokeAsync(worker, function, Guid.NewGuid().ToString(), new TypedData { String = message }));

    private static Task InvokeAsync(FunctionsWorker worker, string function, string id, TypedData input) =>
        worker.Channel.InvokeAsync(worker.Functions.Single(each => each.Name == function), id, input, metadata: [], CancellationToken.None);

    private static async Task<TimeSpan> FirstAsync(PublishedApp app, string connectionString, Func<FunctionsWorker, Task> invoke)
    {
        var port = FreePort.Next();
        var starting = FunctionsWorker.StartAsync(port, Task.CompletedTask, NullLoggerFactory.Instance, CancellationToken.None);
        while (!await StorageProbe.IsListeningAsync(port, CancellationToken.None))
            await Task.Yield();

        await using var process = new Child(SampleSettings.OfWorker(connectionString, Path.GetDirectoryName(app.Program)!, port), "dotnet", app.Program);
        await using var worker = await starting.WaitAsync(TimeSpan.FromMinutes(1));
        await invoke(worker);
        return process.Age;
    }
}
