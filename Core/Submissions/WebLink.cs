using System.Text.RegularExpressions;

namespace Pipeline.Submissions;

/// <summary>The link of a submission: one absolute http or https address.</summary>
public static partial class WebLink
{
    /// <summary>
    /// The address as it is requested: without what is invisible, with its host in ASCII, which exposes look-alike hosts. Joins a link that
    /// was broken into lines. Null if it is not one web address.
    /// </summary>
    public static string? Normalize(string input)
    {
        var text = TextCleaner.TrimInvisible(TextCleaner.Clean(input, multiline: true) ?? "");
        if (SecondAddress().IsMatch(text))
            return null;
        if (text.Contains('\n'))
        {
            text = LineBreak().Replace(text, "");
            // Words after the link were pasted with it.
            if (text.Contains(' '))
                return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            && (uri.HostNameType != UriHostNameType.IPv6 || AddressInBrackets().IsMatch(text))
                ? AddressOf(uri)
                : null;
    }

    /// <summary>Adds https:// to a text that begins with the name of a host, such as iom.int/plan. People leave it out.</summary>
    public static string Complete(string typed) =>
        TextCleaner.TrimInvisible(typed) is var text && HostName().IsMatch(text) ? $"https://{text}" : typed;

    private static string? AddressOf(Uri uri)
    {
        if (uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
            return null;

        try
        {
            var host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost.TrimEnd('.') : uri.Host;
            return Uri.CheckHostName(host) == UriHostNameType.Unknown
                ? null
                : $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}{uri.PathAndQuery}{uri.Fragment}";
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\s(?:https?:|www\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecondAddress();

    [GeneratedRegex(@" *\n *")]
    private static partial Regex LineBreak();

    // Uri ignores what is between the brackets and the path.
    [GeneratedRegex(@"\A[a-z]+://\[[0-9a-f:.]+\](?::[0-9]*)?(?:[/?#]|\z)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AddressInBrackets();

    [GeneratedRegex(@"\A(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*[.。])+\p{L}[\p{L}\p{M}]+[.。]?(?::[0-9]+)?(?:[/?#]|\z)")]
    private static partial Regex HostName();
}
