using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Submissions;

/// <summary>The link of a submission: one absolute http or https address.</summary>
public static partial class WebLink
{
    private const RegexOptions Invariant = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    // Scheme, host and their delimiters.
    private const int MaxStart = 300;

    /// <summary>
    /// The address as it is requested: without what is invisible, with its host in ASCII, which exposes look-alike hosts. Joins a link that
    /// was broken into lines. Null if it is not one web address.
    /// </summary>
    public static string? Normalize(string input)
    {
        if (Join(Clean(input)) is not { } typed || Start().Match(typed) is not { Success: true } start
            || TypedHost.Plain(start.Groups["authority"].Value) is not { } authority)
            return null;

        var text = start.Groups["scheme"].Value + authority + typed[start.Length..];
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            && (uri.HostNameType != UriHostNameType.IPv6 || AddressInBrackets().IsMatch(text))
                ? AddressOf(uri, authority)
                : null;
    }

    /// <summary>
    /// Adds https:// to a text that begins with the name of a host, such as iom.int/plan. Removes the first of two schemes. For a form:
    /// people leave the scheme out, or paste an address after it.
    /// </summary>
    public static string Complete(string typed)
    {
        var clean = Clean(typed);
        // A browser drops the line breaks of a field, and so would join two links.
        var text = Join(clean) ?? clean.Replace('\n', ' ');
        return HostName().IsMatch(Hyphens.ToAscii(text)) ? $"https://{text}"
            : RepeatedScheme().Match(text) is { Success: true } first ? text[first.Length..]
            : typed;
    }

    // A joiner is part of some words, and a selector of some emoji.
    private static string Clean(string typed) =>
        TextCleaner.TrimInvisible(Invisible().Replace(TextCleaner.Clean(typed, multiline: true) ?? "", ""));

    /// <returns>Null if the text has white space in a line, or two addresses.</returns>
    private static string? Join(string text)
    {
        var joined = new StringBuilder();
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            // Mail programs leave no full stop alone: that is the end of a message in SMTP.
            if (line is "." || line.Any(char.IsWhiteSpace) || Address().IsMatch(Hyphens.ToAscii(line)) && IsWhole(joined))
                return null;
            joined.Append(line);
        }

        return joined.ToString() is var link && TwoAddresses().IsMatch(link) ? null : link;
    }

    // Mail programs break an address anywhere: after www., too.
    private static bool IsWhole(StringBuilder address) =>
        address.Length > 0 && !"-_=&?%+#".Contains(address[^1])
        && WithHost().IsMatch(address.ToString(0, Math.Min(address.Length, MaxStart)));

    private static string? AddressOf(Uri uri, string authority)
    {
        if (uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6) || uri.Port == 0)
            return null;

        try
        {
            var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost.TrimEnd('.') : uri.Host;
            return Uri.CheckHostName(host) != UriHostNameType.Unknown
                && (uri.HostNameType == UriHostNameType.IPv6 || TypedHost.HasTopLevelDomain(host) || IsIPv4(host, authority))
                    ? $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}{uri.PathAndQuery}{uri.Fragment}"
                    : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    // Uri also reads 1 as 0.0.0.1, and octal and hexadecimal parts.
    private static bool IsIPv4(string host, string authority) => authority.TrimStart('@').Split(':')[0].TrimEnd('.') == host
        && IPAddress.TryParse(host, out var address) && address.ToString() == host;

    [GeneratedRegex(@"\A(?<scheme>https?:[/\\]*)(?<authority>[^/\\?#]*)", Invariant)]
    private static partial Regex Start();

    // The second part is for selectors after letters, digits and signs that have no variants.
    [GeneratedRegex(
        @"[\p{Cf}\u034f-[\u200c\u200d]]"
            + @"|(?<=[\0-\u058f-[©®]])(?:[\ufe00-\ufe0f\u180b-\u180d\u180f]|\udb40[\udd00-\uddef])(?!\u20e3)")]
    private static partial Regex Invisible();

    // An address may contain another one, as those of web.archive.org do, but not after a letter, a comma or a semicolon.
    [GeneratedRegex(@"(?<!%[0-9a-f]{2})(?<=[\p{L}\p{M}\p{N},;،؛，；、])https?://", Invariant)]
    private static partial Regex TwoAddresses();

    // After a line break, un.org and un.org/plan are addresses; plan.pdf, index.php/plan and v1.2/plan belong to the line before.
    [GeneratedRegex(
        @"\A(?:https?:|www\.|(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*[.。])+(?:"
            + @"(?:[a-z]{2}|com|org|net|int|edu|gov|mil|info)(?:[:?#]|\z)"
            + @"|(?!(?:php|aspx?|jsp|cgi|cfm|s?html?|pdf)/)\p{L}[\p{L}\p{M}]+(?::[0-9]+)?/))",
        Invariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"\A(?:https?://)?[^/?#]*(?:[.。][^/?#.。]+|\])(?:[/?#]|\z)", Invariant)]
    private static partial Regex WithHost();

    [GeneratedRegex(@"\A(?:https?://)+(?=https?://)", Invariant)]
    private static partial Regex RepeatedScheme();

    // Uri ignores what is between the brackets and the path.
    [GeneratedRegex(@"\A[a-z]+://\[[0-9a-f:.]+\](?::[0-9]*)?(?:[/?#]|\z)", Invariant)]
    private static partial Regex AddressInBrackets();

    [GeneratedRegex(@"\A(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*[.。])+\p{L}[\p{L}\p{M}]+[.。]?(?::[0-9]+)?(?:[/?#]|\z)")]
    private static partial Regex HostName();
}
