namespace Pipeline.Practices;

/// <summary>A row for readers, without the submitter's address.</summary>
/// <param name="IsListed">True if lists show it. A sweep has to replace synonyms of Published first.</param>
public sealed record PracticeRow(string Key, DateTimeOffset Timestamp, bool IsListed, Practice Practice);
