using System.Text.RegularExpressions;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>An address as SendGrid takes it: <c>{"email": "amina@example.org"}</c>.</summary>
public partial record EmailAddress(string? Email) : RequestObject
{
    /// <summary>SendGrid's limit for local part, @ and domain together.</summary>
    public const int MaxLength = 320;

    // Quoted local parts, address literals and domains of one label are valid RFC 5321 and still never a subscriber's:
    // to refuse them here shows early what a real provider may refuse.
    public bool IsWellFormed => Email is { Length: <= MaxLength } && WellFormed().IsMatch(Email);

    [GeneratedRegex("""\A(?=[^@]{1,64}@)[^\s\p{C}@.,;:<>()\[\]\\"]+(\.[^\s\p{C}@.,;:<>()\[\]\\"]+)*@([\p{L}\p{N}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\z""")]
    private static partial Regex WellFormed();
}

/// <summary>The sender, who may have a name: <c>{"email": "digest@example.org", "name": "Practices"}</c>.</summary>
public sealed record Sender(string? Email, string? Name) : EmailAddress(Email)
{
    public override string ToString() => string.IsNullOrEmpty(Name) ? $"{Email}" : $"{Name} <{Email}>";
}
