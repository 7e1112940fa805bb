using System.Text;

namespace Pipeline.Text;

/// <summary>A deliverable address: ASCII, at most 254 characters, lower-case host with a dot. ToString gives ***, for logs.</summary>
public sealed record EmailAddress
{
    public const int MaxLength = 254;

    private const int MaxLocalPart = 64;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private EmailAddress(string value) => Value = value;

    public string Value { get; }

    /// <summary>Ignores invisible characters, white space around the address, full-width forms and a full stop at the end.</summary>
    /// <remarks>Word replaces hyphens: every kind of hyphen or dash is read as "-".</remarks>
    public static bool TryParse(string? input, out EmailAddress address)
    {
        address = null!;
        var text = TypedHost.Plain(Visible(input))?.Normalize(NormalizationForm.FormKC) ?? "";
        var at = text.LastIndexOf('@');
        if (at < 0 || text.Length > MaxLength || !IsLocalPart(text[..at]))
            return false;

        try
        {
            var host = Idn.GetAscii(text[(at + 1)..]).ToLowerInvariant();
            if (host.EndsWith('.'))
                host = host[..^1];
            var value = $"{text[..at]}@{host}";
            if (value.Length > MaxLength || !TypedHost.HasTopLevelDomain(host))
                return false;

            address = new EmailAddress(value);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Error message for an input that is not an address, in the current language.</summary>
    public static string InvalidMessage(string? input) =>
        Hyphens.ToAscii(Visible(input)).Normalize(NormalizationForm.FormKC) is var text
        && text.LastIndexOf('@') is > 0 and var at && text[..at].Any(char.IsLetter)
        && !text[..at].All(char.IsAscii)
            ? AddressTexts.UseAsciiBeforeAt
            : AddressTexts.EnterAddress;

    /// <summary>Replaces every word that contains @ with ***.</summary>
    public static string Mask(string text) => string.Join(' ', text.Split(' ').Select(word => word.Contains('@') ? "***" : word));

    public override string ToString() => "***";

    private static string Visible(string? input) => Identifiers.Clean(TextCleaner.Clean(input, multiline: false));

    // Quoted local parts, comments and spaces are legal, but nearly always mistakes. SendGrid accepts no Unicode here.
    private static bool IsLocalPart(string text) =>
        text.Length is > 0 and <= MaxLocalPart && text.All(IsPlain) && text.Split('.').All(part => part.Length > 0);

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-/=?^_`{|}~.".Contains(character);
}
