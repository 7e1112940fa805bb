namespace Pipeline.Keys;

/// <summary>The keys of links in mails, form stamps and erasures. Settings: Tokens__Keys__n.</summary>
public sealed record KeyOptions
{
    private const string List = "Tokens:Keys";
    private const int MinBytes = 32;

    /// <summary>Newest first: it signs, all of them verify. At least one.</summary>
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
                // The value is a secret, so it is not repeated.
                settings.AddMistake(
                    $"The setting {SettingsReader.Shown(name)} should be at least {MinBytes} random bytes in base64 (openssl rand -base64 32).");
        }

        if (names.Count == 0)
            settings.AddMistake($"The setting Tokens__Keys__0 is missing; it is {MinBytes} random bytes in base64 (openssl rand -base64 32).");
        return new KeyOptions { Keys = keys };
    }
}
