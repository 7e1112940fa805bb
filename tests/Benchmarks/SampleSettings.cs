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
}
