using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Worker.Protocol;

namespace Pipeline.LocalHost.Worker;

/// <summary>The running worker: its functions, and how to call them.</summary>
internal sealed class FunctionsWorker : IAsyncDisposable
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly WebApplication _grpc;
    private readonly WorkerProcess _process;

    private FunctionsWorker(WebApplication grpc, WorkerChannel channel, WorkerProcess process) => (_grpc, Channel, _process) = (grpc, channel, process);

    public WorkerChannel Channel { get; }

    public IReadOnlyList<WorkerFunction> Functions { get; private set; } = [];

    /// <summary>Where the worker answers HTTP requests that the host forwards.</summary>
    public Uri HttpAddress { get; private set; } = null!;

    /// <summary>Ends with the worker, however that happens; faulted if it failed.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <exception cref="StartException">The app did not start; its own exception comes out as it is.</exception>
    /// <param name="storage">Ends when storage is there, without which the app does not start.</param>
    public static async Task<FunctionsWorker> StartAsync(string? published, Assembly app, Task storage, ILoggerFactory loggers)
    {
        var channel = new WorkerChannel(loggers);
        var grpc = BuildServer(channel, loggers);
        await grpc.StartAsync();
        var worker = new FunctionsWorker(grpc, channel, await WorkerProcess.StartAsync(published, app, new Uri(grpc.Urls.Single()), storage));
        try
        {
            await worker.InitializeAsync();
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Terminate(GracePeriod);
        using var deadline = new CancellationTokenSource(GracePeriod + TimeSpan.FromSeconds(1));
        await ((Task)_process.Ended.WaitAsync(deadline.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.Ended.IsCompleted)
            _process.Kill();
        await _grpc.DisposeAsync();
    }

    private static WebApplication BuildServer(WorkerChannel channel, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting().AddSingleton(loggers).AddSingleton(channel).AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null);
        var server = builder.Build();
        server.MapGrpcService<WorkerChannel>();
        return server;
    }

    private static void Check(StatusResult result)
    {
        if (result.Status != StatusResult.Types.Status.Success)
            throw new StartException($"The worker could not load the app: {result.Exception?.Message}");
    }

    private async Task InitializeAsync()
    {
        await Task.WhenAny(Channel.Connected, _process.Ended);
        if (!Channel.Connected.IsCompleted)
        {
            await _process.Ended;
            throw new StartException("The app ended before it connected to its host.");
        }

        Ended = EndAsync();
        var folder = Environment.GetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY") ?? "";
        var init = (await Channel.RequestAsync(new()
        {
            // The worker expects a version of the Functions host.
            WorkerInitRequest = new() { HostVersion = "4.1047.100", WorkerDirectory = folder, FunctionAppDirectory = folder },
        })).WorkerInitResponse;
        Check(init.Result);
        HttpAddress = new Uri(init.Capabilities["HttpUri"]);

        var described = (await Channel.RequestAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = folder } })).FunctionMetadataResponse;
        Check(described.Result);
        foreach (var loaded in await Task.WhenAll(described.FunctionMetadataResults.Select(metadata =>
            Channel.RequestAsync(new() { FunctionLoadRequest = new() { FunctionId = metadata.FunctionId, Metadata = metadata } }))))
            Check(loaded.FunctionLoadResponse.Result);
        Functions = [.. described.FunctionMetadataResults.Select(metadata => new WorkerFunction(metadata))];
    }

    private async Task EndAsync() => await await Task.WhenAny(Channel.Closed, _process.Ended);
}
