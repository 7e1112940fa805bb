using System.Text.RegularExpressions;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>An address in a request to SendGrid: <c>{"email": "amina@example.org"}</c>.</summary>
public partial record SendGridAddress(string? Email) : RequestObject
{
    /// <summary>SendGrid's limit for local part, @ and domain together.</summary>
    public const int MaxLength = 320;

    private const string Atom = """[^\s\p{C}@.,;:<>()\[\]\\"]+""";
    private const string Label = """[\p{L}\p{N}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?""";

    /// <summary>
    /// False also for quoted local parts, address literals and domains of one label. RFC 5321 allows them, but no subscriber has one and
    /// a provider may refuse them.
    /// </summary>
    public bool IsWellFormed => Email is { Length: <= MaxLength } && WellFormed().IsMatch(Email);

    [GeneratedRegex($@"\A(?=[^@]{{1,64}}@){Atom}(\.{Atom})*@({Label}\.)+{Label}\z")]
    private static partial Regex WellFormed();
}

/// <summary>A sender, who may have a name: <c>{"email": "digest@example.org", "name": "Practices"}</c>.</summary>
public sealed record Sender(string? Email, string? Name) : SendGridAddress(Email)
{
    public override string ToString() => string.IsNullOrEmpty(Name) ? $"{Email}" : $"{Name} <{Email}>";
}
