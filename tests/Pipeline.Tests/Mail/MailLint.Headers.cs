using System.Text.RegularExpressions;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    private const int LongestSubject = 200;

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
            foreach (var name in mail.Headers.Keys.Where(name => name.StartsWith("List-", StringComparison.OrdinalIgnoreCase) || name is "Precedence"))
                Find(MailRule.NoListWherePersonal, name);
            return;
        }

        // RFC 2919: a name within a domain of ours, in angle brackets.
        Expect(Header("List-Id") is { Length: <= 255 } id && ListId().IsMatch(id) && id.EndsWith($".{baseUrl.Host}>", StringComparison.Ordinal),
            MailRule.ListId, $"{Header("List-Id")}");

        // RFC 8058: exactly this value, beside exactly one https URL, which is the recipient's own.
        Expect(Header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click", MailRule.ListUnsubscribePost, $"{Header("List-Unsubscribe-Post")}");
        var unsubscribe = Header("List-Unsubscribe") ?? "";
        Expect(OneAddress().IsMatch(unsubscribe) && IsOurs(unsubscribe.Trim('<', '>')) && (unsubscribe.StartsWith("<https:", StringComparison.Ordinal) || baseUrl.IsLoopback)
            && mail.Own["headers"]?["List-Unsubscribe"] is not null, MailRule.ListUnsubscribe, unsubscribe);
        foreach (var part in new[] { mail.Text, mail.Html })
            Expect(part.Contains(unsubscribe.Trim('<', '>'), StringComparison.Ordinal), MailRule.ListUnsubscribe, "The header's link is not in both parts.");
    }

    /// <summary>As Gmail reads it: up to three identifiers and the sender's, of 5 to 15 characters, none of them twice.</summary>
    private void CheckFeedbackId(string value)
    {
        var fields = value.Split(':');
        Expect(fields.Length <= 4 && fields.All(field => FeedbackField().IsMatch(field)) && fields[^1].Length is >= 5 and <= 15
            && fields.Distinct().Count() == fields.Length, MailRule.FeedbackId, value);
    }

    private void CheckSubject(string subject)
    {
        Expect(subject.Trim() is not "" && subject.Trim() == subject && subject.Length <= LongestSubject && !subject.Any(char.IsControl)
            && !subject.Any(character => character is '\u2028' or '\u2029'), MailRule.Subject, $"{subject.Length} characters: {subject}");

        // What runs the other way is closed in, and does not reach beyond its isolate.
        var outside = Isolate().Replace(subject, "");
        Expect(!(IsRightToLeft ? LeftToRightMark() : RightToLeftMark()).IsMatch(outside), MailRule.Subject, $"What runs the other way stands free: {subject}");
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
