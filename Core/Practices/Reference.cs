using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Practices;

/// <summary>Public id of a practice: 12 characters of Crockford's base32 and a check character, as 7KQ2-9XHT-4MPC-V.</summary>
/// <remarks>Derived from the content: equal content has the same reference on every machine and at every attempt.</remarks>
public sealed record Reference
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 12;

    private readonly string _text;

    private Reference(string text) => _text = text;

    /// <summary>Uses the first 60 bits of the content's SHA-256.</summary>
    public static Reference Of(string content)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(content));
        Span<int> digits = stackalloc int[Length];
        for (var digit = 0; digit < Length; digit++)
            for (var bit = digit * 5; bit < (digit + 1) * 5; bit++)
                digits[digit] = digits[digit] << 1 | hash[bit / 8] >> 7 - bit % 8 & 1;

        return Format(digits, CheckDigit(digits));
    }

    /// <summary>
    /// Ignores case, hyphens of any kind, white space, invisible characters and punctuation around it, and reads o, i, l as 0, 1, 1. False
    /// if the check character is wrong.
    /// </summary>
    public static bool TryParse(string? input, out Reference reference)
    {
        reference = null!;
        Span<int> digits = stackalloc int[Length + 1];
        var count = 0;
        foreach (var character in AddressPart.Clean(input))
        {
            if (character is '-' || char.IsWhiteSpace(character))
                continue;

            var digit = char.ToUpperInvariant(character) switch
            {
                'O' => 0,
                'I' or 'L' => 1,
                var letter => Alphabet.IndexOf(letter),
            };
            if (digit < 0 || count > Length)
                return false;

            digits[count++] = digit;
        }

        if (count != Length + 1 || CheckDigit(digits[..Length]) != digits[Length])
            return false;

        reference = Format(digits[..Length], digits[Length]);
        return true;
    }

    public override string ToString() => _text;

    private static Reference Format(ReadOnlySpan<int> digits, int check)
    {
        Span<char> characters = stackalloc char[Length + 4];
        var next = 0;
        foreach (var digit in digits)
        {
            characters[next++] = Alphabet[digit];
            if (next is 4 or 9 or 14)
                characters[next++] = '-';
        }

        characters[next] = Alphabet[check];
        return new Reference(new string(characters));
    }

    /// <summary>Reed-Solomon check digit over GF(32). Detects every single wrong character and every swap of two characters.</summary>
    private static int CheckDigit(ReadOnlySpan<int> digits)
    {
        var sum = 0;
        foreach (var digit in digits)
            sum = TimesAlpha(sum) ^ digit;

        return TimesAlpha(sum);
    }

    // x^5 + x^2 + 1 is primitive, so the powers of x include all 31 non-zero elements.
    private static int TimesAlpha(int element) => element << 1 ^ (element >> 4) * 0b100101;
}
