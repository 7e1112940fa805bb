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

/// <summary>
/// Reads a mail as strictly as mail programs, filters and readers in different circumstances do together. An empty list of
/// findings is the pass; one class for each part of the mail.
/// </summary>
/// <param name="baseUrl">Where the mail's links lead.</param>
/// <param name="site">What answers there.</param>
public sealed partial class MailLint(Uri baseUrl, HttpClient site)
{
    private readonly List<MailFinding> findings = [];
    private Language language = Language.English;

    private bool IsRightToLeft => language.Direction == "rtl";

    /// <param name="toList">It goes to subscribers, and so owes them a list's headers; a personal mail must not have them.</param>
    /// <param name="expected">The language it is to be in; null for English.</param>
    public async Task<IReadOnlyList<MailFinding>> CheckAsync(SentMail mail, bool toList, Language? expected = null)
    {
        language = expected ?? Language.English;
        findings.Clear();
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
        return [.. findings];
    }

    private void Find(MailRule rule, string what) => findings.Add(new MailFinding(rule, what.Length > 200 ? what[..200] + "…" : what));

    private void Expect(bool condition, MailRule rule, string what)
    {
        if (!condition)
            Find(rule, what);
    }

    /// <summary>With the styles that hold in light or in dark; AngleSharp does not know the query.</summary>
    private static Task<IDocument> OpenAsync(string html, bool dark) => BrowsingContext
        .New(Configuration.Default.WithCss().WithRenderDevice(new DefaultRenderDevice { DeviceWidth = 320, ViewPortWidth = 320 }))
        .OpenAsync(response => response.Content(DarkQuery().Replace(html, dark ? "all" : "not all")), TestContext.Current.CancellationToken);

    private void CheckRequest(SentMail mail)
    {
        var parts = mail.Request["content"]!.AsArray().Select(part => part!["type"]!.GetValue<string>());
        Expect(parts.SequenceEqual(["text/plain", "text/html"]) && mail.Text.Trim() is not "" && mail.Html.Trim() is not "",
            MailRule.BothPartsTextFirst, string.Join(", ", parts));

        foreach (var setting in new[] { "click_tracking/enable", "click_tracking/enable_text", "open_tracking/enable", "subscription_tracking/enable", "ganalytics/enable" })
            Expect(setting.Split('/').Aggregate(mail.Request["tracking_settings"], (node, name) => node?[name]) is JsonValue value
                && value.TryGetValue<bool>(out var on) && !on, MailRule.NoTracking, $"{setting} is not switched off.");

        foreach (var own in mail.Request["personalizations"]!.AsArray())
            Expect(own!["to"]!.AsArray().Count == 1 && own["cc"] is null && own["bcc"] is null, MailRule.OneRecipientEach, "Recipients see each other.");

        // SendGrid keeps these for years and shows them to everybody in the account; mail programs pass headers on.
        string[] open =
        [
            .. Values(mail.Request["custom_args"]), .. Values(mail.Own["custom_args"]), .. Values(mail.Request["categories"]), .. Values(mail.Own["send_each_at"]),
            .. mail.Headers.Where(header => header.Key != "List-Unsubscribe").Select(header => header.Value),
        ];
        foreach (var value in open)
            Expect(!Traces(mail.To).Any(trace => value.Contains(trace, StringComparison.OrdinalIgnoreCase)), MailRule.NothingPersonal, value);

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

    /// <summary>What would tell who somebody is: the address, its parts, and its hashes, also where only begun.</summary>
    private static IEnumerable<string> Traces(string address)
    {
        Assert.True(EmailAddress.TryParse(address, out var parsed));
        var bytes = Encoding.UTF8.GetBytes(address.ToLowerInvariant());
#pragma warning disable CA5350, CA5351 // Not for keeping anything safe.
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
