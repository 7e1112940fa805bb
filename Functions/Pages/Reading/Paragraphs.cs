namespace Pipeline.Functions.Pages.Reading;

/// <summary>Splits a text at empty lines. The stylesheet shows single line breaks.</summary>
public static class Paragraphs
{
    public static IEnumerable<string> Of(string text)
    {
        List<string> lines = [];
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n').Append(""))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                lines.Add(line.TrimEnd());
            }
            else if (lines.Count > 0)
            {
                yield return string.Join('\n', lines);
                lines.Clear();
            }
        }
    }
}
