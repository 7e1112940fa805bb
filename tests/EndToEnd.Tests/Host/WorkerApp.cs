using System.Diagnostics;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Worker;
using Pipeline.Tests;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>An app as a separate worker process, as in Azure. LocalHost is the host.</summary>
public sealed class WorkerApp : IAsyncDisposable
{
    private readonly Process _worker;

    private WorkerApp(AppProcess host, Process worker) => (Host, _worker) = (host, worker);

    public AppProcess Host { get; }

    /// <param name="dll">The app, in the folder with its host.json.</param>
    /// <param name="settings">With the names of environment variables.</param>
    public static async Task<WorkerApp> StartAsync(string dll, IReadOnlyDictionary<string, string> settings)
    {
        var (port, folder) = (FreePort.Next(), Path.GetDirectoryName(dll)!);
        var host = AppProcess.Start(["--worker-port", $"{port}"], settings);
        await Eventually.IsTrueAsync(
            "the host waits for a worker", () => StorageProbe.IsListeningAsync(port, Cancellation));
        var start = new ProcessStartInfo("dotnet", [dll]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (var (name, value) in settings.Concat(WorkerEnvironment.Of(folder, $"http://127.0.0.1:{port}")))
            start.Environment[name] = value;
        return new WorkerApp(host, Process.Start(start)!);
    }

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
