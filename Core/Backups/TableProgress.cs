namespace Pipeline.Backups;

/// <summary>The rows of a table that are copied or restored so far. Several threads report it, so reports may be out of order.</summary>
/// <param name="Total">Null while unknown: Table Storage does not count rows.</param>
public sealed record TableProgress(string Table, long Rows, long? Total);
