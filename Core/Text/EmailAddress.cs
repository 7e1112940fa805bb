using System.Globalization;
using System.Net.Mail;

namespace Pipeline.Text;

/// <summary>
/// An address that mail can be sent to: at most 254 characters of ASCII, the host in lower case and with a dot in it.
/// A host in another script is taken and turned into its ASCII form. Prints as *** so that no log shows it by mistake.
/// </summary>
public sealed record EmailAddress
{
    public const int MaxLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private EmailAddress(string value) => Value = value;

    /// <summary>What to tell somebody whose address is none, in the current language.</summary>
    public static string Advice => AddressTexts.EnterAddress;

    public string Value { get; }

    public static bool TryParse(string? input, out EmailAddress address)
    {
        address = null!;
        var text = TextCleaner.Bare(input ?? "");
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
            // IdnMapping's word for a host that cannot exist.
            return false;
        }
    }

    /// <summary>A text from elsewhere, with *** for every word that could be an address.</summary>
    public static string MaskIn(string text) => string.Join(' ', text.Split(' ').Select(word => word.Contains('@') ? "***" : word));

    public override string ToString() => "***";

    // Quoted local parts, comments and spaces are legal somewhere and wrong almost always; SendGrid takes no Unicode here.
    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-/=?^_`{|}~.".Contains(character);
}
