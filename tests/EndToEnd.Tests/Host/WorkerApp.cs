using System.Diagnostics;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>An app as a worker process of its own, as in Azure, with LocalHost in the place of the Functions host.</summary>
public sealed class WorkerApp : IAsyncDisposable
{
    private readonly Process _worker;

    private WorkerApp(AppProcess host, Process worker) => (Host, _worker) = (host, worker);

    public AppProcess Host { get; }

    /// <param name="dll">The app, in the folder with its host.json.</param>
    /// <param name="settings">By their names as the environment has them.</param>
    public static async Task<WorkerApp> StartAsync(string dll, IReadOnlyDictionary<string, string> settings)
    {
        var port = FreePort.Next();
        var host = AppProcess.Start(["--worker-port", $"{port}"], settings);
        await Eventually.IsTrueAsync("the host waits for a worker", () => StorageProbe.IsListeningAsync(port, TestContext.Current.CancellationToken));
        var start = new ProcessStartInfo("dotnet", [dll]) { WorkingDirectory = Path.GetDirectoryName(dll), RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = start.WorkingDirectory;
        start.Environment["Functions__Worker__HostEndpoint"] = $"http://127.0.0.1:{port}";
        start.Environment["Functions__Worker__WorkerId"] = "worker";
        start.Environment["Functions__Worker__RequestId"] = "worker";
        start.Environment["Functions__Worker__GrpcMaxMessageLength"] = $"{int.MaxValue}";
        return new WorkerApp(host, Process.Start(start)!);
    }

    /// <summary>SIGKILL, or what comes next to it.</summary>
    public void KillWorker() => _worker.Kill();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        if (!_worker.HasExited)
            _worker.Kill();
        await _worker.WaitForExitAsync(CancellationToken.None);
        _worker.Dispose();
    }
}
