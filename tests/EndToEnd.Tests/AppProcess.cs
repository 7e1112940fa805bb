using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests;

/// <summary>
/// LocalHost with the app in the real worker, as a process that was started on the command line: with an output to read, and a life that
/// ends by a signal.
/// </summary>
public sealed class AppProcess : IAsyncDisposable
{
    private const string LastLineOfTheWelcome = "Ctrl+C ends it.";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private AppProcess(Process process, int port)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Http { get; }

    /// <summary>Given each line as it is written.</summary>
    public Action<string>? OnLine { get; set; }

    /// <summary>All that it wrote so far, to either output.</summary>
    public string Output => string.Join('\n', _lines);

    /// <param name="arguments">Of the command line; the port is chosen here, and settings are those of the sample.</param>
    /// <param name="environment">Over this process's own.</param>
    public static AppProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var port = FreePort.Next();
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Pipeline.LocalHost.dll"), "--port", $"{port}",
            "--settings", Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json"), .. arguments,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var app = new AppProcess(new Process { StartInfo = start }, port);
        app._process.OutputDataReceived += Keep;
        app._process.ErrorDataReceived += Keep;
        app._process.Start();
        app._process.BeginOutputReadLine();
        app._process.BeginErrorReadLine();
        return app;

        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
                return;
            app._lines.Enqueue(line.Data);
            app.OnLine?.Invoke(line.Data);
        }
    }

    /// <summary>Until it has said where to click.</summary>
    public Task UntilItRunsAsync() => UntilItSaysAsync(LastLineOfTheWelcome);

    public Task UntilItSaysAsync(string text) => Eventually.IsTrueAsync($"the app says '{text}'", () =>
    {
        var said = Output.Contains(text, StringComparison.Ordinal);
        Assert.True(said || !_process.HasExited, $"The app ended before it said '{text}': {Output}");
        return Task.FromResult(said);
    });

    /// <summary>SIGKILL, or what comes next to it: no code of the app runs any more.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGKILL to the processes that it started and whose command line has this word.</summary>
    public void KillChildren(string word)
    {
        foreach (var child in Process.GetProcesses())
            using (child)
                if (IsChild(child.Id) && File.ReadAllText($"/proc/{child.Id}/cmdline").Contains(word, StringComparison.Ordinal))
                    child.Kill();
    }

    /// <summary>
    /// Tells it to end, and gives the exit code. It takes SIGTERM as it takes Ctrl+C; that one has no effect on the child of a
    /// process that was started in the background.
    /// </summary>
    /// <param name="withChildren">Signals the processes that it started as well, as supervisors do that signal a group.</param>
    public async Task<int> EndAsync(bool withChildren = false)
    {
        var children = withChildren ? Process.GetProcesses().Select(each => each.Id).Where(IsChild).ToList() : [];
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}", .. children.Select(id => $"{id}")]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await ExitCodeAsync();
    }

    /// <summary>Once it has ended and all it wrote is read.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await Eventually.EndsAsync($"the app, which said: {Output}", _process.WaitForExitAsync(TestContext.Current.CancellationToken), Deadline);
        return _process.ExitCode;
    }

    private bool IsChild(int id)
    {
        try
        {
            // "pid (name) state ppid …", and a name may hold anything but ends with the last bracket.
            var status = File.ReadAllText($"/proc/{id}/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{_process.Id}";
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
