using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.LocalHost.Worker;

/// <summary>The running worker: its functions, and how to call them.</summary>
internal sealed class FunctionsWorker : IAsyncDisposable
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly WebApplication _grpc;

    private FunctionsWorker(WebApplication grpc, WorkerChannel channel, Task ended) => (_grpc, Channel, Ended) = (grpc, channel, ended);

    public WorkerChannel Channel { get; }

    /// <summary>Ends with the worker, however that happens; faulted if it failed.</summary>
    public Task Ended { get; private set; }

    public IReadOnlyList<WorkerFunction> Functions { get; private set; } = [];

    /// <summary>Where the worker answers HTTP requests that the host forwards.</summary>
    public Uri HttpAddress { get; private set; } = null!;

    /// <param name="port">Where to wait for a worker in a process of its own; null runs the app in this process.</param>
    /// <param name="storage">Ends when storage is there, without which the app does not start.</param>
    /// <exception cref="StartException">The worker did not start. What the app itself throws comes out as it is.</exception>
    public static async Task<FunctionsWorker> StartAsync(int? port, Task storage, ILoggerFactory loggers, CancellationToken stop)
    {
        var channel = new WorkerChannel(loggers);
        var grpc = BuildServer(port ?? 0, channel, loggers);
        var worker = new FunctionsWorker(grpc, channel, channel.Closed);
        try
        {
            await grpc.StartAsync(stop);
            if (port is null)
                worker.Ended = RunHereAsync(storage, grpc.Urls.Single());
            // The stream of an app that ended in this process would stay open.
            _ = worker.Ended.ContinueWith(_ => channel.Close(), TaskScheduler.Default);
            var initializing = worker.InitializeAsync();
            if (await Task.WhenAny(initializing, worker.Ended).WaitAsync(stop) == worker.Ended)
                await worker.Ended;
            await initializing;
            return worker;
        }
        catch (Exception fault)
        {
            await worker.DisposeAsync();
            throw fault is IOException or TimeoutException ? new StartException($"The worker did not start: {fault.Message}", fault) : fault;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Terminate(GracePeriod);
        await Ended.WaitAsync(GracePeriod + TimeSpan.FromSeconds(1)).ContinueWith(_ => { }, TaskScheduler.Default);
        await _grpc.DisposeAsync();
    }

    // The names are the Functions host's. It passes some on the command line, which is not LocalHost's to change.
    private static Task RunHereAsync(Task storage, string address)
    {
        Environment.SetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT", "Development");
        foreach (var (name, value) in WorkerEnvironment.Of(AppContext.BaseDirectory, address))
            Environment.SetEnvironmentVariable(name, value);
        return Task.Run(() => AppHost.RunAsync(storage));
    }

    private static WebApplication BuildServer(int port, WorkerChannel channel, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting().AddSingleton(loggers).AddSingleton(channel).AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null);
        var server = builder.Build();
        server.MapGrpcService<WorkerChannel>();
        return server;
    }

    private async Task InitializeAsync()
    {
        await Channel.Connected;
        var folder = AppContext.BaseDirectory;
        // The worker expects a version of the Functions host.
        var init = (await Channel.RequestAsync(new()
        {
            WorkerInitRequest = new() { HostVersion = "4.1047.100", WorkerDirectory = folder, FunctionAppDirectory = folder },
        })).WorkerInitResponse;
        var described = (await Channel.RequestAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = folder } })).FunctionMetadataResponse;
        var loaded = await Task.WhenAll(described.FunctionMetadataResults.Select(metadata =>
            Channel.RequestAsync(new() { FunctionLoadRequest = new() { FunctionId = metadata.FunctionId, Metadata = metadata } })));
        foreach (var result in loaded.Select(each => each.FunctionLoadResponse.Result).Append(init.Result).Append(described.Result))
            if (result.Status != StatusResult.Types.Status.Success)
                throw new StartException($"The worker could not load the app: {result.Exception?.Message}");
        HttpAddress = new Uri(init.Capabilities["HttpUri"]);
        // The worker tells its address before it listens there.
        while (!await StorageProbe.IsListeningAsync(HttpAddress.Port, CancellationToken.None))
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        Functions = [.. described.FunctionMetadataResults.Select(metadata => new WorkerFunction(metadata))];
    }
}
