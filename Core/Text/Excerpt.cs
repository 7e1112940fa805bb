namespace Pipeline.Text;

/// <summary>The beginning of a text.</summary>
public static class Excerpt
{
    private const string SentenceEnds = ".!?。！？؟।";

    /// <summary>At most so many UTF-16 characters of the text, with "…" after them if there are more. It never ends in half of a surrogate pair.</summary>
    public static string Cut(string text, int max) =>
        text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)] + "…";

    /// <summary>
    /// The text on one line, at most so many UTF-16 characters of it: cut after a sentence if one ends in the second half
    /// of that, else after a word and with "…".
    /// </summary>
    public static string Of(string text, int most)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= most)
            return line;

        for (var end = most - 1; end > most / 2; end--)
            if (SentenceEnds.Contains(line[end]) && (line[end] > '\u007f' || char.IsWhiteSpace(line[end + 1])))
                return Isolates.Balanced(line[..(end + 1)]);

        var space = line.LastIndexOf(' ', most - 1);
        var cut = space > most / 2 ? space : char.IsHighSurrogate(line[most - 2]) ? most - 2 : most - 1;
        return Isolates.Balanced(line[..cut]).TrimEnd(' ', ',', ';', ':') + "…";
    }
}
