using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Submissions;

/// <summary>Escapes only what JSON requires. Default encoders write an emoji as 12 characters: 10,000 exceed a queue message.</summary>
public sealed class PlainJson : JavaScriptEncoder
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Encoder = new PlainJson() };

    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; i < textLength; i++)
        {
            if (WillEncode(text[i]))
                return i;
            if (!char.IsSurrogate(text[i]))
                continue;
            // The framework replaces an unpaired surrogate.
            if (i + 1 == textLength || !char.IsSurrogatePair(text[i], text[i + 1]))
                return i;
            i++;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
