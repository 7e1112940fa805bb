using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>The connection string of the storage emulator, UseDevelopmentStorage=true.</summary>
public static class EmulatorConnection
{
    public static bool Is(string? value) => value?.Trim().TrimEnd(';') == "UseDevelopmentStorage=true";

    /// <summary>
    /// Removes it from connections that also name an account, as in PipelineStorage__accountName: the sample settings have the emulator,
    /// and a connection string wins over an identity.
    /// </summary>
    public static void RemoveIfAccountIsNamed(IConfiguration settings)
    {
        var names = settings.AsEnumerable().Where(setting => Is(setting.Value)).Select(setting => setting.Key);
        foreach (var name in names.Where(name => settings.GetSection(name).GetChildren().Any()).ToList())
            settings[name] = null;
    }
}
