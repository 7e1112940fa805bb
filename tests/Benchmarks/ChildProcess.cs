using System.Diagnostics;

namespace Pipeline.Benchmarks;

/// <summary>A process, and how long it has been there.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Stopwatch _age = Stopwatch.StartNew();
    private readonly Process _process;

    public Child(string program, params string[] arguments)
        : this([], program, arguments)
    {
    }

    /// <param name="environment">What its environment has besides that of this process.</param>
    public Child(Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        // Read, so that it never waits for a reader.
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public TimeSpan Age => _age.Elapsed;

    /// <summary>What it has had of the processors until now.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Looks again and again, and gives the age at which it was so.</summary>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            if (_process.HasExited || _age.Elapsed > Deadline)
                throw new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} did not come so far.");
            await Task.Delay(BetweenLooks);
        }

        return _age.Elapsed;
    }

    /// <summary>Ends it in its own way, so that it takes with it what it has started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill(entireProcessTree: true);
        else if (!_process.HasExited)
            // It may end by itself in this moment, and kill would say so.
            using (var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", $"{_process.Id}"]) { RedirectStandardError = true })!)
                await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
