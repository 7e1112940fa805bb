namespace Pipeline.Tests.Cost;

/// <summary>The numbers of operations that Azure and SendGrid bill.</summary>
/// <param name="QueueGets">Gets that returned messages, and the app's peeks. Gets of an empty queue belong to the host.</param>
/// <param name="TableReads">Reads of a row by its key, whether it exists or not.</param>
/// <param name="TableQueries">Pages of queries, with at most a thousand rows each.</param>
/// <param name="TableWrites">Inserts, merges and replacements of a row. A batch counts as one.</param>
/// <param name="Executions">The names of the functions that ran, once for each run.</param>
/// <param name="LogLines">Lines of the app at Information and above.</param>
internal sealed record BillableOperations(
    int QueuePuts = 0,
    int QueueGets = 0,
    int QueueDeletes = 0,
    int TableReads = 0,
    int TableQueries = 0,
    int TableWrites = 0,
    int TableDeletes = 0,
    int SendGridCalls = 0,
    string Executions = "",
    int LogLines = 0)
{
    public int QueueOperations => QueuePuts + QueueGets + QueueDeletes;

    public int TableOperations => TableReads + TableQueries + TableWrites + TableDeletes;

    public int Transactions => QueueOperations + TableOperations;

    public string[] Functions => Executions.Split(", ", StringSplitOptions.RemoveEmptyEntries);
}
