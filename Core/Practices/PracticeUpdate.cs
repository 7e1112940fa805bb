namespace Pipeline.Practices;

/// <summary>What a sweep writes to a row of Practices.</summary>
/// <param name="ETag">ETag of the row when it was read.</param>
/// <param name="Applied">The status that is applied; null if it was applied before.</param>
/// <param name="Announced">The status that the submitter has to be told; null if there is nothing to tell.</param>
public sealed record PracticeUpdate(
    TableEntity Columns, ETag ETag, PracticeStatus? Applied = null, PracticeStatus? Announced = null, string Trace = "");
