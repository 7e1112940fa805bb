using System.Text.Json;

namespace Pipeline.Benchmarks;

/// <summary>The settings of local.settings.sample.json, with another storage account.</summary>
internal static class SampleSettings
{
    public static Dictionary<string, string> Read(string connectionString)
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json")));
        var settings = sample.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);
        settings["PipelineStorage"] = settings["AzureWebJobsStorage"] = connectionString;
        settings["SendGrid__ApiKey"] = "key";
        return settings;
    }

    /// <summary>With what the Functions host tells a worker: where the app lies, and the port that the host waits on.</summary>
    public static Dictionary<string, string> OfWorker(string connectionString, string folder, int port) => new(Read(connectionString))
    {
        ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder,
        ["Functions__Worker__HostEndpoint"] = $"http://127.0.0.1:{port}",
        ["Functions__Worker__WorkerId"] = "worker",
        ["Functions__Worker__RequestId"] = "worker",
        ["Functions__Worker__GrpcMaxMessageLength"] = $"{int.MaxValue}",
    };
}
