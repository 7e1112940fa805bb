using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Topics;

/// <summary>
/// An issue's name, its row key: the date on which it is due, as 2026-11-23, or date and time in UTC, as 2026-11-23T140509. A row that
/// an admin made may have any other.
/// </summary>
public readonly partial record struct IssueName(string Value)
{
    /// <summary>Storage refuses some characters in a row key with an error, so nothing else is looked up.</summary>
    public bool IsValid => Form().IsMatch(Value);

    /// <summary>The date that the name begins with; null if it does not.</summary>
    public DateOnly? Date =>
        Value.Length >= 10 && DateOnly.TryParseExact(Value[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>The hours and minutes that the name ends with, as 14:05; null if it is a date alone.</summary>
    public string? Time =>
        Form().Match(Value) is { Success: true } match && match.Groups["hour"].Success ? $"{match.Groups["hour"]}:{match.Groups["minute"]}" : null;

    /// <summary>The date in the current language, as "24 November 2026"; a name without one comes back as it is.</summary>
    public string DisplayDate => Date is { } date ? Language.Current.Date(date) : Value;

    public static IssueName Of(DateOnly date) => new(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public static IssueName Of(DateTimeOffset moment) => new(moment.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss", CultureInfo.InvariantCulture));

    public static implicit operator IssueName(string value) => new(value);

    public static implicit operator string(IssueName name) => name.Value;

    public override string ToString() => Value;

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T(?<hour>[0-9]{2})(?<minute>[0-9]{2})[0-9]{2})?\z")]
    private static partial Regex Form();
}
