using System.Collections.Concurrent;
using System.Diagnostics;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests;

/// <summary>LocalHost with the app in the real worker, as a process that is started on the command line and stopped by a signal.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private const string LastLineOfStart = "Ctrl+C ends it.";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private AppProcess(Process process, int port)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Http { get; }

    public Action<string>? OnLine { get; set; }

    /// <summary>The standard and the error output until now.</summary>
    public string Output => string.Join('\n', _lines);

    public static AppProcess StartWith(string connectionString, params string[] arguments) =>
        Start([.. StorageArguments(connectionString), .. arguments]);

    /// <param name="arguments">Arguments besides the port and the file with the sample settings.</param>
    /// <param name="environment">Variables in addition to those of this process.</param>
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

    public static string[] StorageArguments(string connectionString) =>
        [$"--PipelineStorage={connectionString}", $"--AzureWebJobsStorage={connectionString}"];

    public Task UntilItRunsAsync() => UntilItSaysAsync(LastLineOfStart);

    public Task UntilItSaysAsync(string text) => Eventually.IsTrueAsync($"the app says '{text}'", () =>
    {
        var said = Output.Contains(text, StringComparison.Ordinal);
        Assert.True(said || !_process.HasExited, $"The app ended before it said '{text}': {Output}");
        return Task.FromResult(said);
    });

    public void AssertNoStackTrace() =>
        Assert.False(Output.Contains("   at ", StringComparison.Ordinal), $"A stack trace is in the log: {Output}");

    /// <summary>What Linux tells of the open files.</summary>
    public string OpenFiles() => string.Join('\n', Directory.GetFiles($"/proc/{_process.Id}/fdinfo").Select(ProcFile.Read));

    /// <summary>Sends SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends SIGKILL to the child processes whose command line contains the word.</summary>
    public void KillChildren(string word)
    {
        foreach (var child in Process.GetProcesses())
            using (child)
                if (IsChild(child.Id) && ProcFile.Read($"/proc/{child.Id}/cmdline").Contains(word, StringComparison.Ordinal))
                    child.Kill();
    }

    /// <summary>Sends SIGTERM, and returns the exit code.</summary>
    /// <param name="withChildren">True to send it to the child processes as well, as a supervisor does that signals a group.</param>
    public async Task<int> EndAsync(bool withChildren = false)
    {
        var children = withChildren ? Process.GetProcesses().Select(each => each.Id).Where(IsChild).ToList() : [];
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}", .. children.Select(id => $"{id}")]);
        await kill.WaitForExitAsync(Cancellation);
        return await ExitCodeAsync();
    }

    /// <summary>Waits for the end of the process and of its output.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await Eventually.EndsAsync($"the app with the output {Output}", _process.WaitForExitAsync(Cancellation), Deadline);
        return _process.ExitCode;
    }

    // "pid (name) state ppid …". The name can contain any characters; it ends at the last bracket.
    private bool IsChild(int id) =>
        ProcFile.Read($"/proc/{id}/stat") is { Length: > 0 } status
        && status[(status.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{_process.Id}";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
