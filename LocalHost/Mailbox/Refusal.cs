namespace Pipeline.LocalHost.Mailbox;

/// <summary>One reason why a request is refused, as SendGrid words it on the wire.</summary>
public sealed record Refusal(string Message, string? Field, string? Help)
{
    /// <summary>A refusal of the request as a whole.</summary>
    public static Refusal OfAll(string message) => new(message, null, null);

    /// <summary>A refusal of one field; the help link is the one SendGrid gives, which knows no positions.</summary>
    public static Refusal Of(string field, string message)
    {
        var anchor = string.Join('.', field.Split('.').Where(part => !part.All(char.IsAsciiDigit)));
        return new(message, field, $"https://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message.{anchor}");
    }

    /// <summary>A refusal of a member that SendGrid may take and this stand-in does not.</summary>
    public static Refusal OfUnknown(string field) => new($"The local stand-in for SendGrid does not know the member {field}.", field, null);
}

/// <summary>What a refused request is answered with.</summary>
public sealed record Refusals(IReadOnlyList<Refusal> Errors);
