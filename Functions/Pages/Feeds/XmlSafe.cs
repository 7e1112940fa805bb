using System.Text;
using System.Xml;

namespace Pipeline.Functions.Pages.Feeds;

/// <summary>Makes a text safe for XML 1.0.</summary>
public static class XmlSafe
{
    /// <summary>The text with U+FFFD for characters that XML forbids: control characters, halves of surrogate pairs, U+FFFE.</summary>
    public static string Of(string text)
    {
        StringBuilder? clean = null;
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]);
            if (!isPair && !XmlConvert.IsXmlChar(text[i]))
                (clean ??= new StringBuilder(text))[i] = '\uFFFD';
            else if (isPair)
                i++;
        }

        return clean?.ToString() ?? text;
    }
}
