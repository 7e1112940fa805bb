using System.Text.RegularExpressions;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    private const int MaxSubjectLength = 200;

    private void CheckHeaders(SentMail mail, bool toList)
    {
        foreach (var (name, value) in mail.Headers)
            Expect(HeaderName().IsMatch(name) && value.Length + name.Length < 990 && value.All(character => character is >= ' ' and <= '~'),
                MailRule.PlainHeaders, $"{name}: {value}");

        string? Header(string name) => mail.Headers.GetValueOrDefault(name);
        Expect(Header("Auto-Submitted") == "auto-generated", MailRule.AutoSubmitted, $"{Header("Auto-Submitted")}");
        CheckFeedbackId(Header("Feedback-ID") ?? "");
        CheckSubject(mail.Subject);

        if (!toList)
        {
            foreach (var name in mail.Headers.Keys)
                Expect(
                    !name.StartsWith("List-", StringComparison.OrdinalIgnoreCase) && name is not "Precedence",
                    MailRule.NoListWherePersonal,
                    name);
            return;
        }

        // RFC 2919: a name within the site's domain, in angle brackets.
        var id = Header("List-Id") ?? "";
        Expect(
            id.Length <= 255 && ListId().IsMatch(id) && id.EndsWith($".{baseUrl.Host}>", StringComparison.Ordinal),
            MailRule.ListId,
            id);

        // RFC 8058: exactly this value, and exactly one https URL, which belongs to the recipient.
        var post = Header("List-Unsubscribe-Post");
        Expect(post == "List-Unsubscribe=One-Click", MailRule.ListUnsubscribePost, $"{post}");
        var unsubscribe = Header("List-Unsubscribe") ?? "";
        var link = unsubscribe.Trim('<', '>');
        var isSecure = unsubscribe.StartsWith("<https:", StringComparison.Ordinal) || baseUrl.IsLoopback;
        var isPersonal = mail.Own["headers"]?["List-Unsubscribe"] is not null;
        Expect(
            OneAddress().IsMatch(unsubscribe) && IsOurs(link) && isSecure && isPersonal, MailRule.ListUnsubscribe, unsubscribe);
        foreach (var part in new[] { mail.Text, mail.Html })
            Expect(
                part.Contains(link, StringComparison.Ordinal),
                MailRule.ListUnsubscribe,
                "The link in the header is not in both parts.");
    }

    /// <summary>Gmail's rule: up to three identifiers and the sender's, which has 5 to 15 characters. No identifier is repeated.</summary>
    private void CheckFeedbackId(string value)
    {
        var fields = value.Split(':');
        var isWellFormed = fields.Length <= 4 && fields.All(field => FeedbackField().IsMatch(field)) && fields[^1].Length is >= 5 and <= 15;
        Expect(isWellFormed && fields.Distinct().Count() == fields.Length, MailRule.FeedbackId, value);
    }

    private void CheckSubject(string subject)
    {
        var hasOneLine = !subject.Any(char.IsControl) && !subject.Any(character => character is '\u2028' or '\u2029');
        Expect(
            subject.Trim() is not "" && subject.Trim() == subject && subject.Length <= MaxSubjectLength && hasOneLine,
            MailRule.Subject,
            $"{subject.Length} characters: {subject}");

        // Text of the other direction is inside an isolate.
        var outside = Isolate().Replace(subject, "");
        Expect(
            !(IsRightToLeft ? LeftToRightMark() : RightToLeftMark()).IsMatch(outside),
            MailRule.Subject,
            $"Text of the other direction is outside an isolate: {subject}");
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z-]*$")]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"^<[a-z0-9-]+(\.[a-z0-9-]+)+>$")]
    private static partial Regex ListId();

    [GeneratedRegex(@"^<https?://[^\s<>,]+>$")]
    private static partial Regex OneAddress();

    [GeneratedRegex(@"^[\w.-]+$")]
    private static partial Regex FeedbackField();

    [GeneratedRegex(@"\u2068[^\u2069]*\u2069")]
    private static partial Regex Isolate();

    [GeneratedRegex(@"[\p{IsHebrew}\p{IsArabic}\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex RightToLeftMark();

    [GeneratedRegex(@"[\p{L}-[\p{IsHebrew}\p{IsArabic}\uFB1D-\uFEFC]]|[\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex LeftToRightMark();
}
