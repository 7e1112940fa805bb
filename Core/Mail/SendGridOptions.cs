using Pipeline.Mail.Events;

namespace Pipeline.Mail;

public sealed record SendGridOptions
{
    private const int DefaultCallsInFlight = 4;

    public required string ApiKey { get; init; }

    public required Uri? BaseUrl { get; init; }

    public required string From { get; init; }

    public required string FromName { get; init; }

    public required int CallsInFlight { get; init; }

    public required WebhookOptions? Webhook { get; init; }

    public static SendGridOptions Read(SettingsReader settings) => new()
    {
        ApiKey = ReadApiKey(settings),
        From = ReadFrom(settings),
        BaseUrl = ReadBaseUrl(settings),
        FromName = settings.OneLine("SendGrid:FromName", settings.Required("SendGrid:FromName", "Making Migration Work")),
        CallsInFlight = settings.Number("SendGrid:CallsInFlight", DefaultCallsInFlight, 1, 100, "a whole number from 1 to 100"),
        Webhook = WebhookOptions.Read(settings),
    };

    private static string ReadApiKey(SettingsReader settings)
    {
        const string name = "SendGrid:ApiKey";
        var key = settings.Required(name, "SG.… (from SendGrid: Settings, API Keys)");
        // The key becomes an HTTP header. The message omits it, because it is a secret.
        if (!settings.IsUnresolved(name) && key.Any(character => character is <= ' ' or > '~'))
            settings.AddMistake(
                "The setting SendGrid__ApiKey contains a character that is not allowed, for example a space. Copy it from SendGrid again.");
        return key;
    }

    private static string ReadFrom(SettingsReader settings)
    {
        const string name = "SendGrid:From";
        var from = settings.Required(name, "digest@example.org");
        return from.Length == 0 ? ""
            : EmailAddress.TryParse(from, out var address) ? address.Value
            : settings.Invalid(name, "an email address in ASCII", from);
    }

    private static Uri? ReadBaseUrl(SettingsReader settings)
    {
        const string name = "SendGrid:BaseUrl";
        return settings.Optional(name) is { } server
            ? SettingsReader.HttpAddress(server) ?? settings.Invalid<Uri?>(name, "an absolute http or https address, or empty", null)
            : null;
    }
}
