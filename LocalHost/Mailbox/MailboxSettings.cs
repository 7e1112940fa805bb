namespace Pipeline.LocalHost.Mailbox;

/// <summary>Without a key of SendGrid, mail goes to the mailbox.</summary>
internal static class MailboxSettings
{
    private const string ApiKey = "SendGrid:ApiKey";
    private const string Placeholder = "local";

    public static bool LeadToMailbox(IConfiguration settings) => settings[ApiKey] == Placeholder;

    /// <summary>The settings that take the place of those of SendGrid.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> InPlaceOf(IConfiguration settings, int port) =>
        string.IsNullOrWhiteSpace(settings[ApiKey]) ? [new(ApiKey, Placeholder), new("SendGrid:BaseUrl", $"http://127.0.0.1:{port}")] : [];
}
