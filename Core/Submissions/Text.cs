using System.Text;

namespace Pipeline.Submissions;

/// <summary>Brings text that people typed or pasted into one form.</summary>
public static class Text
{
    /// <summary>
    /// Trimmed, NFC, line breaks as \n. Null where it holds what no text should: control characters other than line breaks,
    /// or halves of surrogate pairs, which are not Unicode.
    /// </summary>
    public static string? Clean(string? input, bool manyLines)
    {
        if (string.IsNullOrEmpty(input))
            return "";

        var text = input.ReplaceLineEndings("\n");
        if (!manyLines)
            text = text.Replace('\n', ' ');

        return text.Any(character => char.IsControl(character) && character != '\n') || HasLoneSurrogate(text)
            ? null
            : text.Normalize(NormalizationForm.FormC).Trim();
    }

    /// <summary>Characters as people count them when they see one emoji as one: Unicode code points.</summary>
    public static int Length(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
            length++;
        return length;
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
