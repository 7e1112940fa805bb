using System.Text.RegularExpressions;
using Pipeline.Digests;
using Pipeline.Languages;

namespace Pipeline.Functions.Digests;

/// <summary>An issue's name as it is in addresses: a date, or date and time in UTC.</summary>
public static partial class IssueName
{
    /// <summary>Storage refuses some characters in a row key with an error, so nothing else is looked up.</summary>
    public static bool IsOne(string text) => Form().IsMatch(text);

    /// <summary>In the current language: "24 November 2026", and "24 November 2026, 14:05 UTC" where several may go out on a day.</summary>
    public static string ForPeople(string name) =>
        Form().Match(name) is { Success: true } match && match.Groups["hour"].Success
            ? Pages.Archive.ArchiveTexts.DayAndTime.With(DigestContent.DateOf(name), $"{match.Groups["hour"]}:{match.Groups["minute"]}")
            : DigestContent.DateOf(name);

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T(?<hour>[0-9]{2})(?<minute>[0-9]{2})[0-9]{2})?\z")]
    private static partial Regex Form();
}
