using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>What follows from the settings and the chosen ports.</summary>
internal static class LocalDefaults
{
    /// <summary>Stands for SendGrid's key where there is none: mail then goes to the local mailbox.</summary>
    public const string LocalApiKey = "local";

    private const string DevelopmentStorage = "UseDevelopmentStorage=true";

    /// <summary>After <see cref="Derive"/>, and after what the program or a test set since then.</summary>
    public static bool UsesAzurite(IConfiguration settings, CommandLine line)
    {
        var connectionString = line.Storage.ConnectionString();
        return settings.AsEnumerable().Any(setting => setting.Value == connectionString);
    }

    public static Dictionary<string, string?> Derive(IConfiguration settings, CommandLine line)
    {
        var derived = new Dictionary<string, string?>();
        foreach (var (name, value) in settings.AsEnumerable())
            if (value?.Trim().TrimEnd(';') == DevelopmentStorage)
                // Whoever names an account and uses an identity means that one, and not the emulator that the sample has.
                derived[name] = settings.GetSection(name).GetChildren().Any() ? null : line.Storage.ConnectionString();

        var usual = $"http://localhost:{CommandLine.DefaultPort}";
        if (settings["Pipeline:BaseUrl"] is { } baseUrl && (baseUrl == usual || baseUrl.StartsWith(usual + "/", StringComparison.Ordinal)))
            derived["Pipeline:BaseUrl"] = $"http://localhost:{line.Port}{baseUrl[usual.Length..]}";

        if (string.IsNullOrWhiteSpace(settings["SendGrid:ApiKey"]))
        {
            derived["SendGrid:ApiKey"] = LocalApiKey;
            derived["SendGrid:BaseUrl"] = $"http://127.0.0.1:{line.Port}";
        }

        return derived;
    }
}
