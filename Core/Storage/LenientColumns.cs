namespace Pipeline.Storage;

/// <summary>Reads rows that admins edit by hand. Never throws: one wrong value or column type must not stop the rest.</summary>
public static class LenientColumns
{
    private static readonly TypedWords<bool> Flags = new((true, $"{AdminWords.Yes}, 1"), (false, $"{AdminWords.No}, 0"));

    /// <summary>Text of the value, whatever its type; empty if there is none.</summary>
    public static string Text(this TableEntity row, string column) => Value(row, column) switch
    {
        string text => text,
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        bool or int or long or double or Guid => Convert.ToString(row[column], CultureInfo.InvariantCulture)!,
        _ => "",
    };

    /// <summary>Null if it is not a 32-bit integer.</summary>
    public static int? Number(this TableEntity row, string column) =>
        double.TryParse(row.Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsInteger(number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : null;

    /// <summary>A yes or a no in words (<see cref="AdminWords"/>); otherwise null.</summary>
    public static bool? Flag(this TableEntity row, string column) => Flags.Read(row.Text(column));

    /// <summary>Enum value by name, ignoring case. Null for other text, including numbers.</summary>
    public static T? Word<T>(this TableEntity row, string column) where T : struct, Enum =>
        row.Text(column).Trim() is var text && Enum.TryParse<T>(text, ignoreCase: true, out var word)
        && word.ToString().Equals(text, StringComparison.OrdinalIgnoreCase) ? word : null;

    /// <summary>UTC time. Null if it is no time, or so far away that arithmetic with it could overflow.</summary>
    /// <remarks>A text must begin with the year: 05/11/2026 is May in some countries and November in others.</remarks>
    public static DateTimeOffset? Time(this TableEntity row, string column) => Value(row, column) switch
    {
        DateTimeOffset time => InSupportedRange(time),
        string text when StartsWithYear(text) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => InSupportedRange(time),
        _ => null,
    };

    private static object? Value(TableEntity row, string column) => row.TryGetValue(column, out var value) ? value : null;

    private static bool StartsWithYear(string text) =>
        text.TrimStart() is [var a, var b, var c, var d, '-' or '/', ..] && ((char[])[a, b, c, d]).All(char.IsAsciiDigit);

    private static DateTimeOffset? InSupportedRange(DateTimeOffset time) =>
        time.UtcDateTime.Year is > 1600 and < 9999 ? time.ToUniversalTime() : null;
}
