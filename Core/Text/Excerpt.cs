namespace Pipeline.Text;

public static class Excerpt
{
    private const string SentenceEnds = ".!?。！？؟।";

    /// <summary>Cuts after max UTF-16 code units and adds "…". Does not split a surrogate pair.</summary>
    public static string Cut(string text, int max) =>
        text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)] + "…";

    /// <summary>One line of at most max UTF-16 code units: ends after a sentence in the second half, else after a word with "…".</summary>
    public static string Of(string text, int max)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= max)
            return line;

        for (var end = max - 1; end > max / 2; end--)
            if (SentenceEnds.Contains(line[end]) && (line[end] > '\u007f' || char.IsWhiteSpace(line[end + 1])))
                return Isolates.Balance(line[..(end + 1)]);

        var space = line.LastIndexOf(' ', max - 1);
        var cut = space > max / 2 ? space : char.IsHighSurrogate(line[max - 2]) ? max - 2 : max - 1;
        return Isolates.Balance(line[..cut]).TrimEnd(' ', ',', ';', ':') + "…";
    }
}
