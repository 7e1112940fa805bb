using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Protocol;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.ColdStart;

/// <summary>A worker process from its start to its first answer. LocalHost is the host.</summary>
internal static class ColdWorker
{
    private static readonly HttpClient Http = new();

    public static Task<double> HttpSecondsAsync(PublishedApp app, string connectionString, string function, string path) =>
        SecondsAsync(app, connectionString, async worker =>
        {
            var id = Guid.NewGuid().ToString();
            var address = new Uri(worker.HttpAddress, path);
            var input = new TypedData { Http = new RpcHttp { Method = "GET", Url = address.AbsoluteUri } };
            var invocation = InvokeAsync(worker, function, id, input);
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "x-ms-invocation-id", id } } };
            using var answer = await Http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            await invocation;
        });

    public static Task<double> MessageSecondsAsync(PublishedApp app, string connectionString, string function, string message) =>
        SecondsAsync(
            app, connectionString,
            worker => InvokeAsync(worker, function, Guid.NewGuid().ToString(), new TypedData { String = message }));

    private static Task InvokeAsync(FunctionsWorker worker, string function, string id, TypedData input) => worker.Channel.InvokeAsync(
        worker.Functions.Single(each => each.Name == function), id, input, metadata: [], CancellationToken.None);

    private static async Task<double> SecondsAsync(PublishedApp app, string connectionString, Func<FunctionsWorker, Task> invoke)
    {
        var port = FreePort.Next();
        var starting = FunctionsWorker.StartAsync(port, Task.CompletedTask, NullLoggerFactory.Instance, CancellationToken.None);
        await Wait.UntilAsync("the host waits for a worker", () => StorageProbe.IsListeningAsync(port, CancellationToken.None));

        var environment = SampleSettings.ForWorker(connectionString, Path.GetDirectoryName(app.Program)!, port);
        await using var process = new ChildProcess(environment, "dotnet", app.Program);
        await using var worker = await starting.WaitAsync(TimeSpan.FromMinutes(1));
        await invoke(worker);
        return process.Age.TotalSeconds;
    }
}
