using System.Text.Json;
using Pipeline.LocalHost.Worker;

namespace Pipeline.Benchmarks;

/// <summary>The settings of local.settings.sample.json, with another storage account.</summary>
internal static class SampleSettings
{
    /// <param name="folder">The folder of the app.</param>
    /// <param name="port">Where the host waits for the worker.</param>
    public static Dictionary<string, string> ForWorker(string connectionString, string folder, int port)
    {
        var settings = Read(connectionString);
        foreach (var (name, value) in WorkerEnvironment.Of(folder, $"http://127.0.0.1:{port}"))
            settings[name] = value;
        return settings;
    }

    private static Dictionary<string, string> Read(string connectionString)
    {
        var file = JsonSerializer.Deserialize<SettingsFile>(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json")))!;
        return new(file.Values)
        {
            ["PipelineStorage"] = connectionString,
            ["AzureWebJobsStorage"] = connectionString,
            ["SendGrid__ApiKey"] = "key",
        };
    }

    private sealed record SettingsFile(Dictionary<string, string> Values);
}
