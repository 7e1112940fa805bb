using System.Text.Json.Nodes;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class MailLintTests(ValidMails validMails) : IClassFixture<ValidMails>
{
    private const string Submit = "https://practices.example.org/submit";

    private static readonly IReadOnlyList<(MailRule Rule, string How, Action<SentMail> Break)> Breakages =
    [
        (MailRule.BothPartsTextFirst, "HTML first", mail =>
            mail.Request["content"] = new JsonArray([.. Contents(mail).Reverse().Select(part => part!.DeepClone())])),
        (MailRule.BothPartsTextFirst, "no text", mail => Contents(mail).RemoveAt(0)),
        (MailRule.BothPartsTextFirst, "empty text", mail => Contents(mail)[0]!["value"] = " \n"),
        (MailRule.NoTracking, "clicks counted", mail => mail.Request["tracking_settings"]!["click_tracking"]!["enable"] = true),
        (MailRule.NoTracking, "open tracking not set", mail =>
            mail.Request["tracking_settings"]!.AsObject().Remove("open_tracking")),
        (MailRule.NoTracking, "no settings", mail => mail.Request.Remove("tracking_settings")),
        (MailRule.OneRecipientEach, "two recipients in one mail", mail => mail.Own["to"]!.AsArray().Add(Recipient("b@example.org"))),
        (MailRule.OneRecipientEach, "a hidden copy", mail => mail.Own["bcc"] = new JsonArray(Recipient("b@example.org"))),
        (MailRule.NothingPersonal, "address in custom arguments", mail => mail.Request["custom_args"]!["who"] = mail.To),
        (MailRule.NothingPersonal, "name in a category", mail => mail.Request["categories"] = new JsonArray("digest", "angelica")),
        (MailRule.NothingPersonal, "beginning of the hash of the address", mail =>
            mail.Own["custom_args"] = new JsonObject { ["who"] = Key(mail)[..16] }),
        (MailRule.NothingPersonal, "hash of the address as the name", mail =>
            mail.Own["custom_args"] = new JsonObject { [Key(mail)] = "yes" }),
        (MailRule.NothingPersonal, "hash in a header", mail => SharedHeaders(mail)["Feedback-ID"] = $"{Key(mail)}:digest:pipeline"),
        (MailRule.NoPlaceholderLeft, "no substitution", mail => mail.Own.Remove("substitutions")),
        (MailRule.NoPlaceholderLeft, "a template's", mail => Html(mail, "<h1", "<p>Dear {{name}}</p><h1")),
        (MailRule.PlainHeaders, "a line break", mail => SharedHeaders(mail)["X-Topic"] = "a\r\nBcc: b@example.org"),
        (MailRule.PlainHeaders, "not ASCII", mail => SharedHeaders(mail)["X-Topic"] = "Oujda – Maroc"),
        (MailRule.AutoSubmitted, "missing", mail => SharedHeaders(mail).Remove("Auto-Submitted")),
        (MailRule.FeedbackId, "five fields", mail => SharedHeaders(mail)["Feedback-ID"] = "a:b:c:d:pipeline"),
        (MailRule.FeedbackId, "sender of four characters", mail => SharedHeaders(mail)["Feedback-ID"] = "a:b:c:pipe"),
        (MailRule.FeedbackId, "repeated field", mail => SharedHeaders(mail)["Feedback-ID"] = "digest:b:digest:pipeline"),
        (MailRule.FeedbackId, "missing", mail => SharedHeaders(mail).Remove("Feedback-ID")),
        (MailRule.ListUnsubscribe, "http", mail => OwnHeader(mail, value => value.Replace("https:", "http:"))),
        (MailRule.ListUnsubscribe, "two of them", mail => OwnHeader(mail, value => $"{value}, <mailto:leave@example.org>")),
        (MailRule.ListUnsubscribe, "elsewhere", mail => OwnHeader(mail, _ => "<https://elsewhere.example.org/unsubscribe?token=abc>")),
        (MailRule.ListUnsubscribe, "one for all", mail =>
        {
            SharedHeaders(mail)["List-Unsubscribe"] = mail.Headers["List-Unsubscribe"];
            mail.Own.Remove("headers");
        }),
        (MailRule.ListUnsubscribe, "missing", mail => mail.Own.Remove("headers")),
        (MailRule.ListUnsubscribePost, "missing", mail => SharedHeaders(mail).Remove("List-Unsubscribe-Post")),
        (MailRule.ListUnsubscribePost, "another value", mail =>
            SharedHeaders(mail)["List-Unsubscribe-Post"] = "List-Unsubscribe=one-click"),
        (MailRule.ListId, "no brackets", mail => SharedHeaders(mail)["List-Id"] = "topic.practices.example.org"),
        (MailRule.ListId, "another's domain", mail => SharedHeaders(mail)["List-Id"] = "<topic.example.com>"),
        (MailRule.Subject, "a line break", mail => mail.Request["subject"] = "Digest\nBcc: b@example.org"),
        (MailRule.Subject, "too long", mail => mail.Request["subject"] = new string('W', 201)),
        (MailRule.Subject, "blank", mail => mail.Request["subject"] = " "),
        (MailRule.Subject, "an Arabic title outside an isolate", mail => mail.Request["subject"] = "Topic: خطة and 2 more"),
        (MailRule.Subject, "an isolate left open", mail => mail.Request["subject"] = "Topic: \u2068Title and 2 more"),
        (MailRule.HtmlSize, "100 KiB", mail => Html(mail, "<h1", $"<!--{new string('x', 100 * 1024)}--><h1")),
        (MailRule.HtmlHead, "no title", mail => Html(mail, "<title>", "<title>x")),
        (MailRule.HtmlHead, "no character set", mail => Html(mail, "<meta charset=\"utf-8\">", "")),
        (MailRule.HtmlHead, "light only", mail => Html(mail, "content=\"light dark\"", "content=\"light\"")),
        (MailRule.HtmlHead, "not to be enlarged", mail => Html(mail, "initial-scale=1", "initial-scale=1, user-scalable=no")),
        (MailRule.Language, "none", mail => Html(mail, "<html lang=\"en\"", "<html")),
        (MailRule.Language, "none below the body", mail => Html(mail, "\" lang=\"en\" dir=\"ltr\"", "\"")),
        (MailRule.NothingActive, "a form", mail => Html(mail, "<h1", "<form></form><h1")),
        (MailRule.NothingActive, "a script", mail => Html(mail, "</body>", "<script>1</script></body>")),
        (MailRule.NothingActive, "an event", mail => Html(mail, "<h1", "<h1 onclick=\"1\"")),
        (MailRule.NothingActive, "a refresh", mail => Html(mail, "<title", "<meta http-equiv=\"refresh\" content=\"0\"><title")),
        (MailRule.NothingRemote, "a pixel", mail =>
            Html(mail, "<h1", "<img alt=\"\" width=\"1\" height=\"1\" src=\"https://practices.example.org/p.gif\"><h1")),
        (MailRule.NothingRemote, "a font", mail => Html(mail, "h1 {", "@import 'https://fonts.example.org/a.css'; h1 {")),
        (MailRule.NothingRemote, "a background", mail =>
            Html(mail, "h1 {", "h1 { background: url(https://practices.example.org/p.gif);")),
        (MailRule.NothingRemote, "a style sheet", mail =>
            Html(mail, "<title", "<link rel=\"stylesheet\" href=\"https://practices.example.org/style.css\"><title")),
        (MailRule.AltText, "none", mail => Html(mail, "<h1", "<img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\"><h1")),
        (MailRule.NothingHidden, "a hidden preview text", mail => Html(mail, "<h1", "<div style=\"display:none\">Read this</div><h1")),
        (MailRule.NothingHidden, "too small", mail => Html(mail, ".small { ", ".small { font-size: 1px !important; ")),
        (MailRule.NothingHidden, "hidden", mail => Html(mail, "<h1", "<p hidden>Read this</p><h1")),
        (MailRule.Headings, "none", mail => Html(mail, "<h1 dir=\"auto\">", "<p>")),
        (MailRule.Headings, "a skipped level", mail => Html(mail, "<h2 dir=\"auto\">", "<h3 dir=\"auto\">")),
        (MailRule.LinkText, "here", mail => Html(mail, ">Unsubscribe<", ">here<")),
        (MailRule.LinkText, "none", mail => Html(mail, ">Unsubscribe<", "><")),
        (MailRule.Direction, "Arabic in an English paragraph", mail => Html(mail, "<p>One new practice", "<p>خطة One new practice")),
        (MailRule.ContrastLight, "grey on white", mail => Html(mail, "color: #4d575b", "color: #8a9599")),
        (MailRule.ContrastLight, "links", mail => Html(mail, "a { color: #0b5c61; }", "a { color: #3fb7bd; }")),
        (MailRule.ContrastLight, "white on white", mail =>
            Html(mail, "<p>One new practice", "<p style=\"color: white\">One new practice")),
        (MailRule.ContrastDark, "links that stay dark", mail => Html(mail, "a { color: #7fd0cd; }", "")),
        (MailRule.ContrastDark, "a sheet that stays white", mail => Html(mail, ".sheet { background: #1d2426; ", ".sheet { ")),
        (MailRule.ContrastDark, "text with a fixed colour", mail =>
            Html(mail, "<p>One new practice", "<p style=\"color: black\">One new practice")),
        (MailRule.TextLines, "too long", mail => Text(mail, "One new practice", new string('x', 999))),
        (MailRule.TextLines, "a tab", mail => Text(mail, "One new practice", "\tOne new practice")),
        (MailRule.TextLines, "Windows' line breaks", mail => Text(mail, "\n\n", "\r\n\r\n")),
        (MailRule.TextLines, "a gap", mail => Text(mail, "\n\n", "\n\n\n")),
        (MailRule.TextWithoutMarkup, "a paragraph", mail => Text(mail, "One new practice", "<p>One new practice")),
        (MailRule.TextWithoutMarkup, "an entity", mail => Text(mail, "One new practice", "One&nbsp;practice")),
        (MailRule.TextAddresses, "in a sentence", mail => Text(mail, "Unsubscribe:\n", "Unsubscribe: ")),
        (MailRule.TextSignature, "without the space", mail => Text(mail, "\n-- \n", "\n--\n")),
        (MailRule.TextSignature, "none", mail => Text(mail, "\n-- \n", "\n")),
        (MailRule.SameLinks, "one in the text only", mail => Text(mail, "\n-- \n", "\nhttps://practices.example.org/\n\n-- \n")),
        (MailRule.SameLinks, "one in the HTML only", mail =>
            Html(mail, "<h1", "<a href=\"https://practices.example.org/\">Home page</a><h1")),
        (MailRule.OwnLinks, "elsewhere", mail => Both(mail, Submit, "https://practices.example.org.example.com/submit")),
        (MailRule.OwnLinks, "http", mail => Both(mail, Submit, "http://practices.example.org/submit")),
        (MailRule.OwnLinks, "relative", mail => Html(mail, Submit, "/submit")),
        (MailRule.LinkParameters, "a campaign", mail => Both(mail, "example.org/submit", "example.org/submit?utm_source=digest")),
        (MailRule.LinkParameters, "beside the token", mail =>
            mail.Own["substitutions"] = new JsonObject(mail.Own["substitutions"]!.AsObject()
                .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create($"{pair.Value}&reader=1"))))),
        (MailRule.LinksAnswer, "an unknown page", mail => Both(mail, "example.org/submit", "example.org/submitted")),
    ];

    private static readonly IReadOnlyList<(MailRule Rule, string How, Action<SentMail> Break)> PersonalBreakages =
    [
        (MailRule.NoListWherePersonal, "unsubscribe", mail =>
            SharedHeaders(mail)["List-Unsubscribe"] = "<https://practices.example.org/subscriptions/unsubscribe>"),
        (MailRule.NoListWherePersonal, "id", mail => SharedHeaders(mail)["List-Id"] = "<topic.practices.example.org>"),
    ];

    private static readonly IReadOnlyList<(MailRule Rule, string How, Action<SentMail> Break)> ArabicBreakages =
    [
        (MailRule.Language, "from left to right", mail => Html(mail, "dir=\"rtl\"", "dir=\"ltr\"")),
        (MailRule.Language, "said to be English", mail => Html(mail, "lang=\"ar\"", "lang=\"en\"")),
        (MailRule.Subject, "an English title outside an isolate", mail =>
            mail.Request["subject"] = "الموضوع: Migra Movil و2 غيرها"),
        (MailRule.Direction, "English in an Arabic paragraph", mail => Html(mail, "<p>نُشرت", "<p>Migra Movil نُشرت")),
        (MailRule.LinkText, "here in Arabic", mail => Html(mail, ">إلغاء الاشتراك<", ">هنا<")),
        (MailRule.LinkParameters, "no language", mail => Both(mail, "example.org/submit?lang=ar", "example.org/submit")),
        (MailRule.LinkParameters, "another language", mail => Both(mail, "example.org/submit?lang=ar", "example.org/submit?lang=fr")),
    ];

    private static IEnumerable<(MailRule Rule, string How, Action<SentMail> Break)> All =>
        Breakages.Concat(PersonalBreakages).Concat(ArabicBreakages);

    public static IEnumerable<TheoryDataRow<MailRule, string>> Rows =>
        All.Select(row => new TheoryDataRow<MailRule, string>(row.Rule, row.How));

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_rule_finds_a_mail_that_breaks_it(MailRule rule, string how)
    {
        var toList = !PersonalBreakages.Any(row => row.Rule == rule);
        var language = ArabicBreakages.Any(row => (row.Rule, row.How) == (rule, how)) ? ValidMails.Arabic : Language.English;
        var mail = language == ValidMails.Arabic ? validMails.ArabicDigest() : toList ? validMails.Digest() : validMails.Confirmation();
        var lint = validMails.Lint();
        Assert.Empty(await lint.CheckAsync(mail, toList, language));

        All.Single(row => (row.Rule, row.How) == (rule, how)).Break(mail);

        Assert.Contains(await lint.CheckAsync(mail, toList, language), finding => finding.Rule == rule);
    }

    [Fact]
    public void Every_rule_has_a_mail_that_breaks_it() =>
        Assert.Empty(Enum.GetValues<MailRule>().Except(All.Select(row => row.Rule)));

    private static JsonObject Recipient(string address) => new() { ["email"] = address };

    private static JsonArray Contents(SentMail mail) => mail.Request["content"]!.AsArray();

    private static JsonObject SharedHeaders(SentMail mail) => mail.Request["headers"]!.AsObject();

    private static void OwnHeader(SentMail mail, Func<string, string> change) =>
        mail.Own["headers"]!["List-Unsubscribe"] = change(mail.Headers["List-Unsubscribe"]);

    private static string Key(SentMail mail) =>
        EmailAddress.TryParse(mail.To, out var address) ? SubscriberKey.Of(address).ToString() : throw new InvalidOperationException();

    private static void Text(SentMail mail, string from, string to) => Replace(Contents(mail)[0]!, from, to);

    private static void Html(SentMail mail, string from, string to) => Replace(Contents(mail)[1]!, from, to);

    private static void Both(SentMail mail, string from, string to)
    {
        Text(mail, from, to);
        Html(mail, from, to);
    }

    private static void Replace(JsonNode part, string from, string to)
    {
        var before = part["value"]!.GetValue<string>();
        Assert.Contains(from, before);
        part["value"] = before.Replace(from, to);
    }
}
