namespace Pipeline.Keys;

/// <summary>Keys that sign links in mails, form timestamps and erasures. Settings: Tokens__Keys__n.</summary>
public sealed record KeyOptions
{
    private const string List = "Tokens:Keys";
    private const int MinBytes = 32;
    private const string Command = "openssl rand -base64 32";

    /// <summary>At least one key, newest first. The newest key signs; every key verifies.</summary>
    public required IReadOnlyList<byte[]> Keys { get; init; }

    public static KeyOptions Read(SettingsReader settings)
    {
        List<byte[]> keys = [];
        var names = settings.Entries(List);
        foreach (var name in names)
        {
            var text = settings.Optional(name) ?? "";
            var bytes = new byte[text.Length];
            if (Convert.TryFromBase64String(text, bytes, out var length) && length >= MinBytes)
                keys.Add(bytes[..length]);
            else if (!settings.IsUnresolved(name))
                // The value is a secret: do not repeat it.
                settings.AddMistake(
                    $"The setting {SettingsReader.DisplayName(name)} should be at least {MinBytes} random bytes in base64 ({Command}).");
        }

        if (names.Count == 0)
            settings.AddMistake($"The setting Tokens__Keys__0 is missing. Set it to {MinBytes} random bytes in base64 ({Command}).");
        return new KeyOptions { Keys = keys };
    }
}
