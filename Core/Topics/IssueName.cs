using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Topics;

/// <summary>An issue's name, its row key: the date on which it is due, as 2026-11-23, or date and time in UTC, as 2026-11-23T140509.</summary>
public static partial class IssueName
{
    /// <summary>Storage refuses some characters in a row key with an error, so nothing else is looked up.</summary>
    public static bool IsValid(string text) => Form().IsMatch(text);

    public static string Of(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss", CultureInfo.InvariantCulture);

    /// <summary>The date that the name begins with; null if it does not.</summary>
    public static DateOnly? DateOf(string name) =>
        name.Length >= 10 && DateOnly.TryParseExact(name[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>The hours and minutes that the name ends with, as 14:05; null if it is a date alone.</summary>
    public static string? TimeOf(string name) =>
        Form().Match(name) is { Success: true } match && match.Groups["hour"].Success ? $"{match.Groups["hour"]}:{match.Groups["minute"]}" : null;

    /// <summary>The date in the current language, as "24 November 2026"; a name without one comes back as it is.</summary>
    public static string DisplayDate(string name) => DateOf(name) is { } date ? Language.Current.Date(date) : name;

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T(?<hour>[0-9]{2})(?<minute>[0-9]{2})[0-9]{2})?\z")]
    private static partial Regex Form();
}
