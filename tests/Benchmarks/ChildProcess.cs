using System.Diagnostics;

namespace Pipeline.Benchmarks;

/// <summary>A process that is started with this object and stopped with it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Stopwatch _age = Stopwatch.StartNew();
    private readonly Process _process;

    public ChildProcess(string program, params string[] arguments)
        : this([], program, arguments)
    {
    }

    /// <param name="environment">Variables in addition to those of this process.</param>
    public ChildProcess(Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        // The output has to be read: a full pipe would block the process.
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public TimeSpan Age => _age.Elapsed;

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Waits for a condition that the process fulfils, and returns its age then.</summary>
    public async Task<TimeSpan> UntilAsync(string what, Func<Task<bool>> condition)
    {
        await Wait.UntilAsync(what, async () =>
        {
            var isTrue = await condition();
            if (!isTrue && _process.HasExited)
                throw new InvalidOperationException(
                    $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} ended before this: {what}.");
            return isTrue;
        });
        return _age.Elapsed;
    }

    /// <summary>Sends SIGTERM, so that the process also stops the processes that it started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill(entireProcessTree: true);
        else if (!_process.HasExited)
            // Without the error of kill if the process ends meanwhile.
            using (var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", $"{_process.Id}"]) { RedirectStandardError = true })!)
                await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
