namespace Pipeline.Practices;

/// <summary>A row of the table as readers meet it: without the submitter's address.</summary>
/// <param name="Key">The row's, which an admin may have made up.</param>
/// <param name="Stamp">When it was last written, by the server's clock.</param>
/// <param name="IsPublished">Status says exactly Published; another word for it counts once the sweep has read it.</param>
public sealed record PracticeRow(string Key, DateTimeOffset Stamp, bool IsPublished, Practice Practice);
