using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.Chaos;

/// <summary>Azurite with files, which can be stopped and frozen.</summary>
internal sealed class Storage(StoragePorts ports, string folder) : IAsyncDisposable
{
    private AzuriteServer? _server;

    public string ConnectionString => ports.ConnectionString();

    public async Task StartAsync() => _server = await AzuriteServer.StartAsync(ports, folder);

    /// <summary>Azurite writes its files before it ends.</summary>
    public async Task StopAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    /// <summary>Azurite takes connections and does not answer (SIGSTOP).</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Makes all messages visible.</summary>
    /// <remarks>The host hides the message of a function for ten minutes, also if its process is killed.</remarks>
    public async Task ShowHiddenMessagesAsync()
    {
        await StopAsync();
        var path = Path.Combine(folder, "__azurite_db_queue__.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(path))!;
        foreach (var message in json["collections"]!.AsArray().SelectMany(collection => collection!["data"]!.AsArray()))
            if (message!["timeNextVisible"] is not null)
                message["timeNextVisible"] = 0;
        await File.WriteAllTextAsync(path, json.ToJsonString());
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null)
            return;
        await ThawAsync();
        await StopAsync();
    }

    private async Task SignalAsync(string signal)
    {
        var azurite = Process.GetProcesses().Select(process => process.Id).Single(id => CommandLine(id) is var line
            && line.Contains("run.mjs", StringComparison.Ordinal) && line.Contains($"\0{ports.Table}\0", StringComparison.Ordinal));
        using var kill = Process.Start("kill", [$"-{signal}", $"{azurite}"]);
        await kill.WaitForExitAsync();
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
