using System.Diagnostics;
using System.Reflection;

namespace Pipeline.LocalHost.Worker;

/// <summary>What runs the worker: this process for the app that LocalHost references, a process of its own for a published one.</summary>
internal abstract class WorkerProcess
{
    /// <summary>Ends with the worker; faulted if it failed.</summary>
    public abstract Task Ended { get; }

    /// <summary>Ends it without waiting, if that can be done.</summary>
    public virtual void Kill()
    {
    }

    /// <param name="published">The .dll of a published app; null for the referenced one.</param>
    /// <param name="address">Where the host listens for the worker's gRPC stream.</param>
    /// <param name="storage">Ends when storage is there, without which the app does not start.</param>
    public static async Task<WorkerProcess> StartAsync(string? published, Assembly app, Uri address, Task storage)
    {
        var folder = published is null ? AppContext.BaseDirectory : Path.GetDirectoryName(published)!;
        var id = Guid.NewGuid().ToString();
        // The names are the Functions host's. It passes some on the command line as well, which is not LocalHost's to change in this process.
        Dictionary<string, string> environment = new()
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
            ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder,
            ["FUNCTIONS_WORKER_DIRECTORY"] = folder,
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["Functions__Worker__HostEndpoint"] = address.ToString(),
            ["Functions__Worker__WorkerId"] = id,
            ["Functions__Worker__RequestId"] = id,
            ["Functions__Worker__GrpcMaxMessageLength"] = $"{int.MaxValue}",
        };
        if (published is not null)
        {
            await storage;
            return new Separate(published, environment);
        }

        foreach (var (name, value) in environment)
            Environment.SetEnvironmentVariable(name, value);
        return new Here(app, storage);
    }

    private sealed class Here(Assembly app, Task storage) : WorkerProcess
    {
        private readonly AppHost _app = AppHost.Run(app, storage);

        public override Task Ended => _app.Ended;
    }

    private sealed class Separate : WorkerProcess
    {
        private readonly Process _process;

        public Separate(string dll, Dictionary<string, string> environment)
        {
            var start = new ProcessStartInfo("dotnet", [dll]) { WorkingDirectory = Path.GetDirectoryName(dll) };
            foreach (var (name, value) in environment)
                start.Environment[name] = value;
            _process = Process.Start(start)!;
            Ended = EndAsync();
        }

        public override Task Ended { get; }

        public override void Kill() => _process.Kill();

        private async Task EndAsync()
        {
            await _process.WaitForExitAsync();
            if (_process.ExitCode != 0)
                throw new StartException($"The process of the app ended with exit code {_process.ExitCode}.");
        }
    }
}
