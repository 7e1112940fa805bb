namespace Pipeline.Practices;

/// <summary>A row for readers, without the submitter's address.</summary>
/// <param name="Key">Row key; a row made by an admin may have any key.</param>
/// <param name="IsPublished">True if Status is exactly Published. A sweep replaces synonyms first.</param>
public sealed record PracticeRow(string Key, DateTimeOffset Timestamp, bool IsPublished, Practice Practice);
