using System.Diagnostics;

namespace Pipeline.Benchmarks;

/// <summary>A process, and how long it has been there.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Stopwatch age = Stopwatch.StartNew();
    private readonly Process process;

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
        process = Process.Start(start)!;
        // Read, so that it never waits for a reader.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
    }

    public TimeSpan Age => age.Elapsed;

    /// <summary>What it has had of the processors until now.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Looks again and again, and gives the age at which it was so.</summary>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            if (process.HasExited || age.Elapsed > Deadline)
                throw new InvalidOperationException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not come so far.");
            await Task.Delay(BetweenLooks);
        }

        return age.Elapsed;
    }

    /// <summary>Ends it in its own way, so that it takes with it what it has started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (OperatingSystem.IsWindows())
            process.Kill(entireProcessTree: true);
        else if (!process.HasExited)
            // It may end by itself in this moment, and kill would say so.
            using (var kill = Process.Start(new ProcessStartInfo("kill", ["-TERM", $"{process.Id}"]) { RedirectStandardError = true })!)
                await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
