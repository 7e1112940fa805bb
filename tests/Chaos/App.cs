using System.Diagnostics;

namespace Pipeline.Chaos;

/// <summary>LocalHost with the app, in a process of its own that can be killed and started again.</summary>
internal sealed class App(Uri address, string logFile, IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private const string LastLineOfStart = "Ctrl+C ends it.";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);

    private readonly Lock _logLock = new();
    private Process? _process;
    private int _generation;
    private volatile bool _isUp;

    public Uri Address => address;

    /// <summary>Null while the app is not running; otherwise differs after each start.</summary>
    public int? Generation => _isUp ? Volatile.Read(ref _generation) : null;

    public async Task StartAsync()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Pipeline.LocalHost.dll"), "--port", $"{address.Port}",
                "--settings", Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json"), .. arguments,
            ])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await Task.WhenAny(started.Task, process.WaitForExitAsync(), Task.Delay(StartDeadline));
        if (!started.Task.IsCompleted)
            throw new InvalidOperationException($"The app did not start. Its output is in {logFile}.");
        Interlocked.Increment(ref _generation);
        _isUp = true;

        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
                return;
            lock (_logLock)
                File.AppendAllText(logFile, $"{DateTime.UtcNow:HH:mm:ss.fff} {line.Data}\n");
            if (line.Data.Contains(LastLineOfStart, StringComparison.Ordinal))
                started.TrySetResult();
        }
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        _isUp = false;
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
    }
}
