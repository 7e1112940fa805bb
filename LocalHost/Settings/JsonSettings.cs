using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>Reads a JSON file of settings. A malformed one is refused with its name and line.</summary>
internal static class JsonSettings
{
    public static IConfigurationRoot Read(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            return new ConfigurationBuilder().AddJsonStream(file).Build();
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            var json = exception as JsonException ?? exception.InnerException as JsonException;
            var line = json?.LineNumber is { } zeroBased ? $", line {zeroBased + 1}," : "";
            throw new StartException($"{path}{line} is not proper JSON: {(json ?? exception).Message}", exception);
        }
    }
}
