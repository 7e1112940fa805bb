using System.Globalization;

namespace Pipeline.Storage;

/// <summary>
/// Reads a row that admins edit by hand: Storage Explorer lets them choose a column's type, and one wrong cell must not stop the
/// rest. So none of this throws, whatever is in the column.
/// </summary>
public static class ForgivingColumns
{
    /// <summary>A number, a yes or no and a time as a person would write them; empty where there is nothing that could be written.</summary>
    public static string Text(this TableEntity row, string column) => Value(row, column) switch
    {
        string text => text,
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        bool or int or long or double or Guid => Convert.ToString(row[column], CultureInfo.InvariantCulture)!,
        _ => "",
    };

    /// <summary>Null where it is no whole number that fits.</summary>
    public static int? Number(this TableEntity row, string column) =>
        double.TryParse(row.Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsInteger(number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : null;

    /// <summary>Null where it is neither yes nor no.</summary>
    public static bool? Flag(this TableEntity row, string column) => row.Text(column).Trim().ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "1" => true,
        "FALSE" or "NO" or "0" => false,
        _ => null,
    };

    /// <summary>Null where it is none of the names, in whatever case; a number is none.</summary>
    public static T? Word<T>(this TableEntity row, string column) where T : struct, Enum =>
        row.Text(column).Trim() is var text && Enum.TryParse<T>(text, ignoreCase: true, out var word)
        && word.ToString().Equals(text, StringComparison.OrdinalIgnoreCase) ? word : null;

    /// <summary>In UTC. Null where it is no time, or one so far away that nobody can reckon with it.</summary>
    public static DateTimeOffset? Time(this TableEntity row, string column) => Value(row, column) switch
    {
        DateTimeOffset time => Sane(time),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => Sane(time),
        _ => null,
    };

    private static object? Value(TableEntity row, string column) => row.TryGetValue(column, out var value) ? value : null;

    private static DateTimeOffset? Sane(DateTimeOffset time) => time.UtcDateTime.Year is > 1600 and < 9999 ? time.ToUniversalTime() : null;
}
