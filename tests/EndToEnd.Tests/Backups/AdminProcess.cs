using System.Diagnostics;
using Pipeline.Tests;

namespace Pipeline.EndToEnd.Tests.Backups;

/// <summary>A command of Admin as a process with redirected outputs.</summary>
public sealed class AdminProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private AdminProcess(Process process) =>
        (_process, _errors) = (process, process.StandardError.ReadToEndAsync(CancellationToken.None));

    /// <param name="folder">The working directory. By default a folder without a settings file.</param>
    public static AdminProcess Start(IEnumerable<string> arguments, string? folder = null) => new(Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pipeline.Admin.dll"), .. arguments])
        {
            WorkingDirectory = folder ?? Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public static async Task<AdminResult> RunAsync(IEnumerable<string> arguments, string? folder = null)
    {
        await using var process = Start(arguments, folder);
        return await process.EndAsync();
    }

    /// <summary>Sends SIGTERM, which has the effect of Ctrl+C.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(Cancellation);
    }

    /// <summary>Waits for the end of the process.</summary>
    public async Task<AdminResult> EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync(Cancellation);
        await Eventually.EndsAsync("the command of Admin", _process.WaitForExitAsync(Cancellation), Deadline);
        return new AdminResult(_process.ExitCode, output, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}

public sealed record AdminResult(int Code, string Output, string Errors);
