using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Mail.Events;
using Pipeline.Practices;
using Pipeline.Submissions;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Settings;

/// <summary>Turns configuration into <see cref="PipelineSettings"/>, or into one sentence for each mistake in it.</summary>
public sealed partial class SettingsReader(IConfiguration configuration)
{
    private const int ShortestKey = 32;
    private const int UsualCallsInFlight = 4;

    // A whole office behind one address still gets its forms through; a program that hands in an archive is not slowed down.
    private const int UsualFormPosts = 100;
    private const int UsualApiPosts = 1_200;
    private const int MostPosts = 100_000;

    // App Service appends the client's address to it.
    private const string DefaultClientAddressHeader = "X-Forwarded-For";

    // So long SendGrid tries to hand over its events; after that none is to be expected any more.
    private static readonly TimeSpan UsualUnknownWindow = TimeSpan.FromDays(1);

    // SendGrid repeats a post that was not taken for 24 hours and does not say whether it signs it anew. Users report that events
    // have other ids when they come again, and the signature covers these, so a repeated post must have a signature of its own time:
    // what is older than some minutes of travel and drifting clocks was kept by somebody. Should that be wrong, the log says
    // after an outage that signed posts were refused for their age; a day is no danger then, as events sent twice change nothing.
    private static readonly TimeSpan UsualWebhookTolerance = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestWebhookTolerance = TimeSpan.FromDays(7);

    private static readonly TimeSpan UsualPageAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPageAge = TimeSpan.FromHours(1);

    private readonly List<string> mistakes = [];

    /// <exception cref="OptionsValidationException">A setting is missing or malformed; the failures name them all.</exception>
    public PipelineSettings Read()
    {
        var settings = new PipelineSettings(
            ReadBaseUrl(), ReadModeration(), ReadSendGrid(), ReadUnknown(), ReadTokenKeys(), new TopicCatalog(ReadTopics()), ReadEmbedOrigins(), ReadPageAge(),
            ReadLimits());

        if (settings is { Unknown.Policy: UnknownPolicy.Resend, SendGrid.Webhook: null })
            mistakes.Add(
                "The setting SendGrid__WebhookPublicKey is missing, which Digest__UnknownPolicy = Resend needs: without SendGrid's events nobody could "
                + "know what it has taken, and it would be sent twice. Set the key, or Hold.");
        return mistakes.Count == 0
            ? settings
            : throw new OptionsValidationException(nameof(PipelineSettings), typeof(PipelineSettings), mistakes);
    }

    private string? Optional(string name) =>
        configuration[name]?.Trim() is { Length: > 0 } value ? value : null;

    private string Required(string name, string example)
    {
        if (Optional(name) is { } value)
            return value;

        mistakes.Add($"The setting {Shown(name)} is missing; it is something like {example}.");
        return "";
    }

    private T Wrong<T>(string name, string expected, T fallback)
    {
        mistakes.Add($"The setting {Shown(name)} is '{OnOneLine(configuration[name])}', but it should be {expected}.");
        return fallback;
    }

    // What Azure leaves in a setting whose secret it could not read.
    private static bool IsUnresolved(string? value) => value?.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase) == true;

    private static string Unresolved(string name) =>
        $"The setting {Shown(name)} is still a reference to the key vault: the secret is not there, or the app's identity may not read it. After mending that change any setting, which has it read again.";

    // Names stand in the headers of mails and in titles.
    private string Words(string name, string text)
    {
        if (text.Length > 0 && (Text.Clean(text, manyLines: true) is null or "" || text.ReplaceLineEndings("\n").Contains('\n')))
            mistakes.Add($"The setting {Shown(name)} holds a line break, a control character or nothing that can be seen; it should be text on one line.");
        return text;
    }

    private static string OnOneLine(string? value) =>
        string.Concat((value ?? "").Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? '\uFFFD' : character));

    // As people write it in local.settings.json, in Azure and in the environment.
    private static string Shown(string name) => name.Replace(":", "__", StringComparison.Ordinal);

    private Uri ReadBaseUrl()
    {
        const string name = "Pipeline:BaseUrl";
        var fallback = new Uri("http://localhost/");
        var text = Required(name, "https://practices.example.org");
        if (text.Length == 0)
            return fallback;

        return HttpAddress(text) ?? Wrong(name, "an absolute http or https address", fallback);
    }

    private static Uri? HttpAddress(string text)
    {
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return null;

        try
        {
            // The host in ASCII, as browsers send it and as headers take it.
            return uri.HostNameType == UriHostNameType.Dns ? new UriBuilder(uri) { Host = uri.IdnHost }.Uri : uri;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private Moderation ReadModeration()
    {
        const string name = "Pipeline:Moderation";
        return Optional(name) switch
        {
            null => Moderation.Required,
            { } text when Named<Moderation>(text) is { } moderation => moderation,
            _ => Wrong(name, "Required or Off", Moderation.Required),
        };
    }

    private TimeSpan ReadPageAge()
    {
        const string name = "Pipeline:PageAge";
        return Optional(name) switch
        {
            null => UsualPageAge,
            { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var age) && age >= TimeSpan.Zero && age <= LongestPageAge => age,
            _ => Wrong(name, "a length of time as 00:00:02 for two seconds, at most an hour", UsualPageAge),
        };
    }

    private SendGridSettings ReadSendGrid()
    {
        var apiKey = Required("SendGrid:ApiKey", "SG.… (from SendGrid: Settings, API Keys)");
        // It goes into a header of every call. A secret, so it is not repeated.
        if (IsUnresolved(apiKey))
            mistakes.Add(Unresolved("SendGrid:ApiKey"));
        else if (apiKey.Any(character => character is <= ' ' or > '~'))
            mistakes.Add("The setting SendGrid__ApiKey holds a space, a line break or another character that no key has; copy it from SendGrid once more.");
        var from = Required("SendGrid:From", "digest@example.org");
        if (from.Length > 0)
            from = EmailAddress.TryParse(from, out var address) ? address.Value : Wrong("SendGrid:From", "an e-mail address in ASCII", from);

        Uri? baseUrl = null;
        if (Optional("SendGrid:BaseUrl") is { } server)
            baseUrl = HttpAddress(server) ?? Wrong<Uri?>("SendGrid:BaseUrl", "an absolute http or https address, or empty", null);

        return new SendGridSettings(
            apiKey, baseUrl, from, Words("SendGrid:FromName", Required("SendGrid:FromName", "Making Migration Work")),
            ReadNumber("SendGrid:CallsInFlight", UsualCallsInFlight, 1, 100, "a whole number from 1 to 100"), ReadWebhook());
    }

    private LimitSettings ReadLimits() => new(
        ReadNumber("Limits:FormPostsPerMinute", UsualFormPosts, 0, MostPosts, "a whole number from 0 (no limit) to 100000"),
        ReadNumber("Limits:ApiPostsPerMinute", UsualApiPosts, 0, MostPosts, "a whole number from 0 (no limit) to 100000"),
        ReadClientAddressHeader());

    private string? ReadClientAddressHeader()
    {
        const string name = "Limits:ClientAddressHeader";
        var header = Optional(name) ?? DefaultClientAddressHeader;
        if (header.Equals("None", StringComparison.OrdinalIgnoreCase))
            return null;
        return header.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? header
            : Wrong<string?>(name, "the name of a request header, such as X-Forwarded-For, or X-Azure-SocketIP behind Front Door, or None", null);
    }

    private int ReadNumber(string name, int usual, int least, int most, string expected) => Optional(name) switch
    {
        null => usual,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        _ => Wrong(name, expected, usual),
    };

    private UnknownSettings ReadUnknown()
    {
        const string window = "Digest:UnknownWindow";
        const string policy = "Digest:UnknownPolicy";
        return new UnknownSettings(
            Optional(window) switch
            {
                null => UsualUnknownWindow,
                { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var length) && length > TimeSpan.Zero => length,
                _ => Wrong(window, "a length of time as 04:00:00 for four hours or 1.00:00:00 for a day", UsualUnknownWindow),
            },
            Optional(policy) switch
            {
                null => UnknownPolicy.Hold,
                { } text when Named<UnknownPolicy>(text) is { } chosen => chosen,
                _ => Wrong(policy, "Hold or Resend", UnknownPolicy.Hold),
            });
    }

    private WebhookSettings? ReadWebhook()
    {
        const string toleranceName = "SendGrid:WebhookTolerance";
        var tolerance = Optional(toleranceName) switch
        {
            null => UsualWebhookTolerance,
            { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero && value <= LongestWebhookTolerance => value,
            _ => Wrong(toleranceName, "a time as 00:10:00 (ten minutes) or 1.00:00:00 (a day), at most a week", UsualWebhookTolerance),
        };

        if (Optional("SendGrid:WebhookPublicKey") is not { } keyText)
            return null;
        if (WebhookKey.TryParse(keyText, out var key))
            return new WebhookSettings(key, tolerance);

        // Not repeated either: whoever pasted the wrong thing may have pasted a secret.
        mistakes.Add(
            "The setting SendGrid__WebhookPublicKey should be the verification key of the signed Event Webhook as SendGrid shows it: "
            + "a public key on the curve P-256 in base64, which begins with MFkw.");
        return null;
    }

    private List<byte[]> ReadTokenKeys()
    {
        List<byte[]> keys = [];
        foreach (var entry in configuration.GetSection("Tokens:Keys").GetChildren().OrderBy(entry => entry.Key, ConfigurationKeyComparer.Instance))
        {
            var bytes = new byte[entry.Value?.Length ?? 0];
            if (Convert.TryFromBase64String(entry.Value ?? "", bytes, out var length) && length >= ShortestKey)
                keys.Add(bytes[..length]);
            else if (IsUnresolved(entry.Value))
                mistakes.Add(Unresolved(entry.Path));
            else
                // The value is a secret, so unlike the others it is not repeated.
                mistakes.Add($"The setting {Shown(entry.Path)} should be at least {ShortestKey} random bytes in base64 (openssl rand -base64 32).");
        }

        if (keys.Count == 0 && !mistakes.Any(mistake => mistake.Contains("Tokens__Keys", StringComparison.Ordinal)))
            mistakes.Add($"The setting Tokens__Keys__0 is missing; it is {ShortestKey} random bytes in base64 (openssl rand -base64 32).");
        return keys;
    }

    private List<Uri> ReadEmbedOrigins()
    {
        List<Uri> origins = [];
        foreach (var entry in configuration.GetSection("Pipeline:EmbedOrigins").GetChildren())
            if (Optional(entry.Path) is not { } text)
                continue;
            else if (HttpAddress(text) is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } origin)
                origins.Add(origin);
            else
                Wrong<Uri?>(entry.Path, "a site's address without a path, as https://www.example.org", null);
        return origins;
    }

    private ImmutableArray<Topic> ReadTopics()
    {
        var usual = configuration.GetSection("Digest");
        var sections = configuration.GetSection("Topics").GetChildren().OrderBy(entry => entry.Key, ConfigurationKeyComparer.Instance).ToList();
        if (sections.Count == 0)
            return [new Topic("mainstreaming-migration", InAllLanguages(nameof(TopicTexts.FirstTopic)), InAllLanguages(nameof(TopicTexts.FirstTopicIntroduction)), ReadSchedule(usual, usual))];

        var topics = sections.Select(section => ReadTopic(section, usual)).ToImmutableArray();
        foreach (var twice in topics.GroupBy(topic => topic.Id).Where(group => group.Count() > 1))
            mistakes.Add($"The topic '{twice.Key}' is set {twice.Count()} times under Topics; each id may be there once.");
        return topics;
    }

    private Topic ReadTopic(IConfigurationSection section, IConfigurationSection usual)
    {
        var id = Required($"{section.Path}:Id", "mainstreaming-migration");
        if (id.Length > 0 && (!TopicId().IsMatch(id) || id == Topic.UnknownId))
            Wrong($"{section.Path}:Id", $"1 to 50 lower-case letters, digits and hyphens, and not '{Topic.UnknownId}'", id);

        return new Topic(
            id,
            new LocalText(Words($"{section.Path}:Name", Required($"{section.Path}:Name", "Mainstreaming Migration into Development Planning")), ReadTranslations(section.GetSection("Names"))),
            new LocalText(Words($"{section.Path}:Introduction", Optional($"{section.Path}:Introduction") ?? ""), ReadTranslations(section.GetSection("Introductions"))),
            ReadSchedule(section.GetSection("Digest"), usual));
    }

    private static LocalText InAllLanguages(string text)
    {
        string In(Language language) => TopicTexts.ResourceManager.GetString(text, language.Culture)!;

        return new LocalText(In(Language.English), Language.All.ToImmutableDictionary(language => language.Code, In));
    }

    private ImmutableDictionary<string, string> ReadTranslations(IConfigurationSection section)
    {
        var translations = ImmutableDictionary<string, string>.Empty;
        foreach (var entry in section.GetChildren())
            if (Language.Find(entry.Key) is not { } language)
                mistakes.Add($"The setting {Shown(entry.Path)} is for a language that the pages are not in; they are in {string.Join(", ", Language.All.Select(each => each.Code))}.");
            else if (Optional(entry.Path) is { } text)
                translations = translations.Add(language.Code, Words(entry.Path, text));
        return translations;
    }

    // A topic may have a day, a time or a time zone of its own; what it leaves out is as for all.
    private DigestSchedule ReadSchedule(IConfigurationSection own, IConfigurationSection usual)
    {
        string Setting(string name) => Optional($"{own.Path}:{name}") is null ? $"{usual.Path}:{name}" : $"{own.Path}:{name}";

        var dayName = Setting("Day");
        var dayText = Required(dayName, "Monday (or Daily, or Always)");
        var (rhythm, day) = dayText switch
        {
            "" => (DigestRhythm.Weekly, DayOfWeek.Monday),
            _ when Named<DayOfWeek>(dayText) is { } weekday => (DigestRhythm.Weekly, weekday),
            _ when Named<DigestRhythm>(dayText) is { } named and not DigestRhythm.Weekly => (named, DayOfWeek.Monday),
            _ => Wrong(dayName, "a weekday in English, Daily or Always", (DigestRhythm.Weekly, DayOfWeek.Monday)),
        };

        var timeName = Setting("Time");
        var time = TimeOnly.TryParseExact(Required(timeName, "09:00"), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            ? parsed
            : Optional(timeName) is null ? default : Wrong(timeName, "a time of day as 09:00", TimeOnly.MinValue);

        var zoneName = Setting("TimeZone");
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(Required(zoneName, "Europe/Brussels"), out var found)
            ? found
            : Optional(zoneName) is null ? TimeZoneInfo.Utc : Wrong(zoneName, "a time zone's name as Europe/Brussels", TimeZoneInfo.Utc);

        var skipName = Setting("SkipEmpty");
        var skipEmpty = Optional(skipName) switch
        {
            null => true,
            { } text when bool.TryParse(text, out var value) => value,
            _ => Wrong(skipName, "true or false", true),
        };

        return new DigestSchedule(rhythm, day, time, zone, skipEmpty);
    }

    // Enum.TryParse would take "3" as well.
    private static T? Named<T>(string text) where T : struct, Enum =>
        Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } match
            ? Enum.Parse<T>(match)
            : null;

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$")]
    private static partial Regex TopicId();
}
