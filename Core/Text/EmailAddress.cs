using System.Net.Mail;

namespace Pipeline.Text;

/// <summary>A deliverable address: ASCII, at most 254 characters, lower-case host with a dot. ToString gives ***, for logs.</summary>
public sealed record EmailAddress
{
    public const int MaxLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private EmailAddress(string value) => Value = value;

    /// <summary>Error message for an invalid address, in the current language.</summary>
    public static string InvalidMessage => AddressTexts.EnterAddress;

    public string Value { get; }

    public static bool TryParse(string? input, out EmailAddress address)
    {
        address = null!;
        var text = TextCleaner.TrimInvisible(input ?? "");
        var at = text.LastIndexOf('@');
        if (at < 1 || text.Length > MaxLength || !text[..at].All(IsPlain))
            return false;

        try
        {
            var host = Idn.GetAscii(text[(at + 1)..]).ToLowerInvariant();
            var value = $"{text[..at]}@{host}";
            if (!host.Contains('.') || value.Length > MaxLength || !MailAddress.TryCreate(value, out var parsed) || parsed.Address != value)
                return false;

            address = new EmailAddress(value);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Replaces every word that contains @ with ***.</summary>
    public static string Mask(string text) => string.Join(' ', text.Split(' ').Select(word => word.Contains('@') ? "***" : word));

    public override string ToString() => "***";

    // Quoted local parts, comments and spaces are legal, but nearly always mistakes. SendGrid accepts no Unicode here.
    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-/=?^_`{|}~.".Contains(character);
}
