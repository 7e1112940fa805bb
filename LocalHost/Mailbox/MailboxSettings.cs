namespace Pipeline.LocalHost.Mailbox;

/// <summary>Settings that send mail to the mailbox if there is no SendGrid key.</summary>
internal static class MailboxSettings
{
    private const string ApiKey = "SendGrid:ApiKey";
    private const string Placeholder = "local";

    public static bool UseMailbox(IConfiguration settings) => settings[ApiKey] == Placeholder;

    /// <summary>The settings to add. None if there is a SendGrid key.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Defaults(IConfiguration settings, int port) =>
        string.IsNullOrWhiteSpace(settings[ApiKey])
            ? [new(ApiKey, Placeholder), new("SendGrid:BaseUrl", $"http://127.0.0.1:{port}")]
            : [];
}
