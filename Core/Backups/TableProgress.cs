namespace Pipeline.Backups;

/// <summary>How many rows of a table are copied or restored so far. It is reported by several threads, and not always in order.</summary>
/// <param name="Total">Null as long as it is unknown: a table does not tell how many rows it has.</param>
public sealed record TableProgress(string Table, long Rows, long? Total);
