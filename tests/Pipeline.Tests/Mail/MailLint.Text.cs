using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    // RFC 5321: the maximum length of a line, without its end.
    private const int MaxLineBytes = 998;

    private void CheckText(string text)
    {
        var lines = text.Split('\n');
        foreach (var line in lines)
        {
            var bytes = Encoding.UTF8.GetByteCount(line);
            Expect(bytes <= MaxLineBytes, MailRule.TextLines, $"{bytes} bytes: {line}");
            Expect(!line.Any(char.IsControl) && (line == line.TrimEnd() || line == Signature), MailRule.TextLines, $"'{line}'");
            Expect(!Markup().IsMatch(line), MailRule.TextWithoutMarkup, line);
            Expect(!Address().IsMatch(line) || Uri.IsWellFormedUriString(line, UriKind.Absolute), MailRule.TextAddresses, line);
        }

        Expect(
            !text.Contains("\n\n\n", StringComparison.Ordinal) && text.EndsWith('\n') && text == text.TrimStart(),
            MailRule.TextLines,
            "Needless blank lines.");

        var signature = Array.IndexOf(lines, Signature);
        Expect(signature > 1 && Array.LastIndexOf(lines, Signature) == signature && lines.Skip(signature + 1).Any(line => line.Length > 0),
            MailRule.TextSignature, $"'{Signature}' is in line {signature} of {lines.Length}.");
    }

    private const string Signature = "-- ";

    [GeneratedRegex(
        @"</?(a|b|bdi|body|br|div|em|h[1-6]|html|i|p|span|strong|style|table|td|tr|ul|li)\b"
        + @"|&([a-z]{2,8}|#\d+|#x[0-9a-f]+);|\]\(http",
        RegexOptions.IgnoreCase)]
    private static partial Regex Markup();

    [GeneratedRegex("https?://", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
