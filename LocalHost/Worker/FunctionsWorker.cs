using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.LocalHost.Worker;

/// <summary>The running worker, with its functions and the means to call them.</summary>
internal sealed class FunctionsWorker : IAsyncDisposable
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly WebApplication _grpc;

    private FunctionsWorker(WebApplication grpc, WorkerChannel channel, Task ended) => (_grpc, Channel, Ended) = (grpc, channel, ended);

    public WorkerChannel Channel { get; }

    /// <summary>Ends when the worker ends for any reason, and is faulted if the worker failed.</summary>
    public Task Ended { get; private set; }

    public IReadOnlyList<WorkerFunction> Functions { get; private set; } = [];

    /// <summary>Address to which the host forwards HTTP requests.</summary>
    public Uri HttpAddress { get; private set; } = null!;

    /// <param name="port">The port on which to wait for a worker process. If it is null, the app runs in this process.</param>
    /// <param name="storage">Ends when storage is ready.</param>
    /// <exception cref="StartupException">The worker did not start. Exceptions of the app itself are not wrapped.</exception>
    public static async Task<FunctionsWorker> StartAsync(int? port, Task storage, ILoggerFactory loggers, CancellationToken stop)
    {
        var channel = new WorkerChannel(loggers);
        var grpc = BuildServer(port ?? 0, channel, loggers);
        var worker = new FunctionsWorker(grpc, channel, channel.Closed);
        try
        {
            await grpc.StartAsync(stop);
            if (port is null)
                worker.Ended = RunInProcessAsync(storage, grpc.Urls.Single());
            // If the app in this process ends, its stream stays open.
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
            throw fault is IOException or TimeoutException
                ? new StartupException($"The worker did not start: {fault.Message} See the lines above for the reason.", fault)
                : fault;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Terminate(GracePeriod);
        await Ended.WaitAsync(GracePeriod + TimeSpan.FromSeconds(1)).ContinueWith(_ => { }, TaskScheduler.Default);
        await _grpc.DisposeAsync();
    }

    // The Functions host uses the same names. It passes some of them on the command line, which a process cannot change for itself.
    private static Task RunInProcessAsync(Task storage, string address)
    {
        Environment.SetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT", "Development");
        // Otherwise .NET watches all folders below the current one for a changed appsettings.json: thousands in a repository.
        Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
        foreach (var (name, value) in WorkerEnvironment.Of(AppContext.BaseDirectory, address))
            Environment.SetEnvironmentVariable(name, value);
        return Task.Run(() => AppHost.RunAsync(storage));
    }

    private static WebApplication BuildServer(int port, WorkerChannel channel, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting().AddSingleton(loggers).AddSingleton(channel).AddSingleton<IHostLifetime, ManualLifetime>();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null);
        var server = builder.Build();
        server.MapGrpcService<WorkerChannel>();
        return server;
    }

    private async Task InitializeAsync()
    {
        await Channel.Connected;
        var folder = AppContext.BaseDirectory;
        // The worker requires a version of the Functions host.
        var init = (await Channel.RequestAsync(new()
        {
            WorkerInitRequest = new() { HostVersion = "4.1047.100", WorkerDirectory = folder, FunctionAppDirectory = folder },
        })).WorkerInitResponse;
        var described = (await Channel.RequestAsync(new()
        {
            FunctionsMetadataRequest = new() { FunctionAppDirectory = folder },
        })).FunctionMetadataResponse;
        var loaded = await Task.WhenAll(described.FunctionMetadataResults.Select(metadata =>
            Channel.RequestAsync(new() { FunctionLoadRequest = new() { FunctionId = metadata.FunctionId, Metadata = metadata } })));
        foreach (var result in loaded.Select(each => each.FunctionLoadResponse.Result).Append(init.Result).Append(described.Result))
            if (result.Status != StatusResult.Types.Status.Success)
                throw new StartupException($"The worker cannot load the app: {result.Exception?.Message}");
        HttpAddress = new Uri(init.Capabilities["HttpUri"]);
        // The worker reports its address before it listens on it.
        while (!await StorageProbe.IsListeningAsync(HttpAddress.Port, CancellationToken.None))
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        Functions = [.. described.FunctionMetadataResults.Select(metadata => new WorkerFunction(metadata))];
    }
}
