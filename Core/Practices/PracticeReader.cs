namespace Pipeline.Practices;

/// <summary>Reads rows of the table Practices as admins left them.</summary>
internal static class PracticeReader
{
    /// <summary>The status that a sweep last applied. It differs from Status between an admin's edit and the next sweep.</summary>
    public const string StatusApplied = "StatusApplied";

    // Clocks differ, and an admin may type local time.
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    // A timestamp outside these limits is of a clock that is wrong, or of an edit that the app missed while it was stopped.
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxEditAge = TimeSpan.FromDays(1);

    /// <summary>True if the row key is a reference exactly as the app writes it. Another key belongs to no practice.</summary>
    public static bool TryReadReference(TableEntity row, out Reference reference) =>
        Reference.TryParse(row.RowKey, out reference) && reference.ToString() == row.RowKey;

    /// <summary>Null if the row key is not a reference.</summary>
    public static Practice? Read(TableEntity row, DateTimeOffset now)
    {
        if (!TryReadReference(row, out var reference))
            return null;

        var typed = PracticeStatusWord.Read(row.Text("Status"));
        var publishedOn = PastTime(row, "PublishedOn", now);
        var hasPublishedOn = Text(row, "PublishedOn").Length > 0;
        return new Practice
        {
            Topic = row.PartitionKey,
            Reference = reference,
            Status = typed ?? row.Word<PracticeStatus>(StatusApplied) ?? PracticeStatus.Pending,
            IsStatusUnclear = typed is null,
            Title = Text(row, "Title"),
            Summary = Text(row, "Summary"),
            Honorific = Text(row, "Honorific"),
            Submitter = Text(row, "Submitter"),
            Email = Text(row, "Email"),
            Organisation = Text(row, "Organisation"),
            Country = string.Join(' ', Countries(row).Codes),
            Link = Text(row, "Link"),
            SubmittedOn = PastTime(row, "SubmittedOn", now),
            PublishedOn = publishedOn,
            IsPublishedOnWrong = publishedOn is null && hasPublishedOn,
            EditedOn = publishedOn is null && !hasPublishedOn ? EditedOn(row, now) : null,
            DigestIssue = TextCleaner.TrimInvisible(row.Text("DigestIssue")),
            Language = Language.Find(row.Text("Language")) ?? Language.English,
            Trace = row.Text("Trace"),
        };
    }

    public static TypedCountries Countries(TableEntity row) => TypedCountries.Read(row.Text("Country"));

    /// <summary>Empty if nothing in the cell can be seen.</summary>
    public static string Text(TableEntity row, string column) =>
        row.Text(column) is var text && TextCleaner.IsVisible(text) ? text : "";

    /// <summary>The time of the last write, by the clock of storage. If it cannot be used, the app's time in whole seconds.</summary>
    private static DateTimeOffset EditedOn(TableEntity row, DateTimeOffset now) =>
        row.Timestamp is { } written && written <= now + MaxClockDifference && written >= now - MaxEditAge
            ? written
            : DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());

    private static DateTimeOffset? PastTime(TableEntity row, string column, DateTimeOffset now) =>
        row.Time(column) is { } time && time <= now + MaxAhead ? time : null;
}
