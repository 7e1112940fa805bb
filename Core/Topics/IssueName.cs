using System.Text.RegularExpressions;

namespace Pipeline.Topics;

/// <summary>Row key of an issue: due date (2026-11-23) or UTC time (2026-11-23T140509). Rows made by an admin may have any key.</summary>
public readonly partial record struct IssueName(string Value)
{
    /// <summary>False for names that must not be looked up: storage answers some characters with an error.</summary>
    public bool IsValid => Pattern().IsMatch(Value);

    /// <summary>The date at the start of the name; null if there is none.</summary>
    public DateOnly? Date =>
        Value.Length >= 10
        && DateOnly.TryParseExact(Value[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>UTC hours and minutes, as 14:05; null if the name has no time.</summary>
    public string? Time =>
        Pattern().Match(Value) is { Success: true } match && match.Groups["hour"].Success
            ? $"{match.Groups["hour"]}:{match.Groups["minute"]}"
            : null;

    /// <summary>The date in the current language, as "24 November 2026"; the name itself if it has no date.</summary>
    public string DisplayDate => Date is { } date ? Language.Current.Date(date) : Value;

    public static IssueName Of(DateOnly date) => new(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public static IssueName Of(DateTimeOffset moment) =>
        new(moment.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss", CultureInfo.InvariantCulture));

    /// <summary>Reads a name that people typed or pasted. Null if it is not valid.</summary>
    public static IssueName? Read(string typed) =>
        new IssueName(AddressPart.Clean(typed).ToUpperInvariant()) is { IsValid: true } name ? name : default(IssueName?);

    public static implicit operator IssueName(string value) => new(value);

    public static implicit operator string(IssueName name) => name.Value;

    public override string ToString() => Value;

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T(?<hour>[0-9]{2})(?<minute>[0-9]{2})[0-9]{2})?\z")]
    private static partial Regex Pattern();
}
