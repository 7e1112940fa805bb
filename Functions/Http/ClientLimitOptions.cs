using Pipeline.Settings;

namespace Pipeline.Functions.Http;

/// <summary>How much one client may send. Settings: Limits__FormPostsPerMinute, __ApiPostsPerMinute,
/// __MailsPerClientPerHour, __ClientAddressHeader.</summary>
public sealed record ClientLimitOptions
{
    // A whole office behind one address still gets its forms through; a program that hands in an archive is not slowed down.
    private const int DefaultFormPosts = 100;
    private const int DefaultApiPosts = 1_200;
    private const int MaxPosts = 100_000;

    // A class that subscribes together gets its mails; a program cannot use the app to write to thousands of strangers.
    private const int DefaultMails = 60;

    // App Service appends the client's address to it.
    private const string DefaultClientAddressHeader = "X-Forwarded-For";

    /// <summary>0 for no limit.</summary>
    public required int FormPostsPerMinute { get; init; }

    /// <summary>0 for no limit.</summary>
    public required int ApiPostsPerMinute { get; init; }

    /// <summary>Mails that a client has sent to addresses it types: confirmations, and those about a submission. 0 for no limit.</summary>
    public required int MailsPerClientPerHour { get; init; }

    /// <summary>The request header whose last entry is the client's address. Null if the connection's address is the client's.</summary>
    public required string? ClientAddressHeader { get; init; }

    public static ClientLimitOptions Read(SettingsReader settings) => new()
    {
        FormPostsPerMinute = settings.Number(
            "Limits:FormPostsPerMinute", DefaultFormPosts, 0, MaxPosts, "a whole number from 0 (no limit) to 100000"),
        ApiPostsPerMinute = settings.Number(
            "Limits:ApiPostsPerMinute", DefaultApiPosts, 0, MaxPosts, "a whole number from 0 (no limit) to 100000"),
        MailsPerClientPerHour = settings.Number(
            "Limits:MailsPerClientPerHour", DefaultMails, 0, MaxPosts, "a whole number from 0 (no limit) to 100000"),
        ClientAddressHeader = ReadHeader(settings),
    };

    private static string? ReadHeader(SettingsReader settings)
    {
        const string name = "Limits:ClientAddressHeader";
        var header = settings.Optional(name) ?? DefaultClientAddressHeader;
        if (header.Equals("None", StringComparison.OrdinalIgnoreCase))
            return null;
        return header.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? header
            : settings.Invalid<string?>(
                name, "the name of a request header, such as X-Forwarded-For, or X-Azure-SocketIP behind Front Door, or None", null);
    }
}
