using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp;
using AngleSharp.Css;
using AngleSharp.Dom;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Checks a mail by the rules of mail programs, filters and accessibility. A correct mail has no findings.</summary>
/// <param name="baseUrl">The public address, which the links of the mail begin with.</param>
/// <param name="site">Sends requests to the app.</param>
public sealed partial class MailLint(Uri baseUrl, HttpClient site)
{
    private static readonly string[] TrackingSettings =
    [
        "click_tracking/enable",
        "click_tracking/enable_text",
        "open_tracking/enable",
        "subscription_tracking/enable",
        "ganalytics/enable",
    ];

    private readonly List<MailFinding> _findings = [];
    private Language _language = Language.English;

    private bool IsRightToLeft => _language.Direction == "rtl";

    /// <param name="toList">True for a mail to subscribers, which needs the headers of a list. A personal mail must not have them.</param>
    /// <param name="expected">The language of the mail; null for English.</param>
    public async Task<IReadOnlyList<MailFinding>> CheckAsync(SentMail mail, bool toList, Language? expected = null)
    {
        _language = expected ?? Language.English;
        _findings.Clear();
        CheckRequest(mail);
        CheckHeaders(mail, toList);
        CheckText(mail.Text);
        foreach (var dark in new[] { false, true })
        {
            var document = await OpenAsync(mail.Html, dark);
            if (!dark)
                CheckHtml(mail, document);
            CheckContrast(document, dark ? MailRule.ContrastDark : MailRule.ContrastLight);
        }

        await CheckLinksAsync(mail, await OpenAsync(mail.Html, dark: false));
        return [.. _findings];
    }

    private void Find(MailRule rule, string what) => _findings.Add(new MailFinding(rule, what.Length > 200 ? what[..200] + "…" : what));

    private void Expect(bool condition, MailRule rule, string what)
    {
        if (!condition)
            Find(rule, what);
    }

    /// <summary>Opens it with the styles for light or dark. AngleSharp does not support the media query.</summary>
    private static Task<IDocument> OpenAsync(string html, bool dark)
    {
        var content = DarkQuery().Replace(html, dark ? "all" : "not all");
        return BrowsingContext
            .New(Configuration.Default.WithCss().WithRenderDevice(new DefaultRenderDevice { DeviceWidth = 320, ViewPortWidth = 320 }))
            .OpenAsync(response => response.Content(content), Cancellation);
    }

    private void CheckRequest(SentMail mail)
    {
        var parts = mail.Request["content"]!.AsArray().Select(part => part!["type"]!.GetValue<string>());
        Expect(parts.SequenceEqual(["text/plain", "text/html"]) && mail.Text.Trim() is not "" && mail.Html.Trim() is not "",
            MailRule.BothPartsTextFirst, string.Join(", ", parts));

        foreach (var setting in TrackingSettings)
        {
            var value = setting.Split('/').Aggregate(mail.Request["tracking_settings"], (node, name) => node?[name]);
            var isOff = value is JsonValue json && json.TryGetValue<bool>(out var on) && !on;
            Expect(isOff, MailRule.NoTracking, $"{setting} is not switched off.");
        }

        foreach (var own in mail.Request["personalizations"]!.AsArray())
            Expect(
                own!["to"]!.AsArray().Count == 1 && own["cc"] is null && own["bcc"] is null,
                MailRule.OneRecipientEach,
                "Recipients see each other.");

        // SendGrid keeps these for years and shows them to all users of the account. Mail programs forward headers.
        string[] visible =
        [
            .. Values(mail.Request["custom_args"]),
            .. Values(mail.Own["custom_args"]),
            .. Values(mail.Request["categories"]),
            .. Values(mail.Own["send_each_at"]),
            .. mail.Headers.Where(header => header.Key != "List-Unsubscribe").Select(header => header.Value),
        ];
        foreach (var value in visible)
            Expect(
                !Traces(mail.To).Any(trace => value.Contains(trace, StringComparison.OrdinalIgnoreCase)), MailRule.NothingPersonal, value);

        foreach (var (part, text) in new[] { ("text", mail.Text), ("HTML", mail.Html) })
            Expect(!Placeholder().IsMatch(text), MailRule.NoPlaceholderLeft, $"{Placeholder().Match(text).Value} in the {part}.");
    }

    private static IEnumerable<string> Values(JsonNode? node) => node switch
    {
        JsonObject named => named.SelectMany(pair => Values(pair.Value).Append(pair.Key)),
        JsonArray array => array.SelectMany(Values),
        null => [],
        _ => [node.ToString()],
    };

    /// <summary>Strings that identify the recipient: the address, its parts, and the beginnings of its hashes.</summary>
    private static IEnumerable<string> Traces(string address)
    {
        Assert.True(EmailAddress.TryParse(address, out var parsed));
        var bytes = Encoding.UTF8.GetBytes(address.ToLowerInvariant());
#pragma warning disable CA5350, CA5351 // The hashes protect nothing.
        byte[][] hashes = [MD5.HashData(bytes), SHA1.HashData(bytes), SHA256.HashData(bytes)];
#pragma warning restore CA5350, CA5351
        return
        [
            "@", "%40", address, .. address.Split('@')[0].Split('.', '+').Where(part => part.Length > 3),
            SubscriberKey.Of(parsed).ToString()[..10], .. hashes.Select(hash => Convert.ToHexString(hash)[..10]),
            .. hashes.Append(bytes).Select(hash => Convert.ToBase64String(hash)[..10]),
        ];
    }

    [GeneratedRegex(@"\(\s*prefers-color-scheme:\s*dark\s*\)")]
    private static partial Regex DarkQuery();

    [GeneratedRegex(@"%[a-z][a-z-]*(-[0-9a-f]{32})?%|\{\{.*?\}\}|<%.*?%>|\[(?:name|unsubscribe)[^\]]*\]", RegexOptions.IgnoreCase)]
    private static partial Regex Placeholder();
}
