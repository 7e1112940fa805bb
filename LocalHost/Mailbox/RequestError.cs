namespace Pipeline.LocalHost.Mailbox;

/// <summary>A reason why a request is refused, in the words and the form of SendGrid.</summary>
public sealed record RequestError(string Message, string? Field, string? Help)
{
    /// <summary>An error of the request as a whole.</summary>
    public static RequestError OfRequest(string message) => new(message, null, null);

    /// <summary>An error of one field. As in SendGrid, the help link contains no positions.</summary>
    public static RequestError OfField(string field, string message)
    {
        var anchor = string.Join('.', field.Split('.').Where(part => !part.All(char.IsAsciiDigit)));
        return new(message, field, $"https://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message.{anchor}");
    }

    /// <summary>An error of a member that SendGrid may accept, but this stand-in does not.</summary>
    public static RequestError OfUnknown(string field) =>
        new($"The local stand-in for SendGrid does not know the member {field}.", field, null);
}

/// <summary>The body of the response to a refused request.</summary>
public sealed record ErrorResponse(IReadOnlyList<RequestError> Errors);
