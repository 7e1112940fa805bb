namespace Pipeline.Tests.Cost;

/// <summary>What something makes others bill us for, in their units.</summary>
/// <param name="QueueGets">Those that brought messages, and our own peeks; asking an empty queue is the host's to do, whether or not there is anything.</param>
/// <param name="TableReads">Of one row by its key, there or not.</param>
/// <param name="TableQueries">Pages of them: at most a thousand rows each.</param>
/// <param name="TableWrites">Inserts, merges and replacements of a row; a batch is one.</param>
/// <param name="Executions">The functions that ran, by name: as often as they are named.</param>
/// <param name="LogLines">Of our own at Information and above.</param>
internal sealed record Bill(
    int QueuePuts = 0, int QueueGets = 0, int QueueDeletes = 0, int TableReads = 0, int TableQueries = 0, int TableWrites = 0, int TableDeletes = 0,
    int SendGridCalls = 0, string Executions = "", int LogLines = 0)
{
    public int QueueOperations => QueuePuts + QueueGets + QueueDeletes;

    public int TableOperations => TableReads + TableQueries + TableWrites + TableDeletes;

    public int Transactions => QueueOperations + TableOperations;

    public string[] Functions => Executions.Split(", ", StringSplitOptions.RemoveEmptyEntries);
}
