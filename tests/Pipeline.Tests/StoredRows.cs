using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Pipeline.Tests;

/// <summary>A row of a table. Each property is the column with its name; null, also for texts, if there is no such column.</summary>
public abstract class StoredRow(TableEntity row)
{
    /// <summary>All columns, for tests that check columns without a property.</summary>
    public TableEntity Columns => row;

    public string PartitionKey => row.PartitionKey;
    public string RowKey => row.RowKey;
    public ETag ETag => row.ETag;

    protected string Text([CallerMemberName] string column = "") => row.GetString(column);
    protected int? Number([CallerMemberName] string column = "") => row.GetInt32(column);
    protected bool? Flag([CallerMemberName] string column = "") => row.GetBoolean(column);
    protected DateTimeOffset? Time([CallerMemberName] string column = "") => row.GetDateTimeOffset(column);
}

public sealed class StoredPractice(TableEntity row) : StoredRow(row)
{
    public string Status => Text();
    public string Help => Text();
    public string StatusApplied => Text();
    public string StatusTold => Text();
    public string DigestIssue => Text();
    public DateTimeOffset? PublishedOn => Time();
    public string Title => Text();
    public string Summary => Text();
    public string Honorific => Text();
    public string Submitter => Text();
    public string Email => Text();
    public string Language => Text();
    public string Link => Text();
    public string Trace => Text();
}

public sealed class StoredRejection(TableEntity row) : StoredRow(row)
{
    public string Kind => Text();
    public string Queue => Text();
    public string Reasons => Text();
    public string Payload => Text();
    public string Payload2 => Text();
    public string Payload3 => Text();
    public string Requeue => Text();
    public string Help => Text();

    /// <summary>The message, which is longer than one column may be.</summary>
    public string WholePayload => Payload + Payload2 + Payload3;
}

public sealed class StoredSubscriber(TableEntity row) : StoredRow(row)
{
    public string Email => Text();
    public string Status => Text();
    public string Help => Text();
    public string Language => Text();
    public string Reason => Text();
    public DateTimeOffset? SubscribedOn => Time();
    public DateTimeOffset? ConfirmedOn => Time();
    public DateTimeOffset? EndedOn => Time();
}

public sealed class StoredErasure(TableEntity row) : StoredRow(row)
{
    public DateTimeOffset? ErasedOn => Time();
}

/// <summary>A row of the table Digests.</summary>
public sealed class StoredIssue(TableEntity row) : StoredRow(row)
{
    public string Status => Text();
    public string Help => Text();
    public string Decision => Text();
    public string Practices => Text();
    public string Receipt => Text();
    public bool? Enqueued => Flag();
    public DateTimeOffset? ClosedOn => Time();
    public DateTimeOffset? CleanedOn => Time();
    public int? Candidates => Number();
    public int? Sent => Number();
    public int? Skipped => Number();
    public int? Failed => Number();
    public int? Unknown => Number();
}

public sealed class StoredDelivery(TableEntity row) : StoredRow(row)
{
    public string Status => Text();
    public string Decision => Text();
    public string Help => Text();
    public string Reason => Text();
    public string Id => Text();

    /// <summary>The end of the range of subscribers; <see cref="StoredRow.RowKey"/> is its start.</summary>
    public string To => Text();

    /// <summary>The keys of the recipients.</summary>
    public string Frozen => Text();

    /// <summary>One character for each recipient.</summary>
    public string Outcomes => Text();
    public DateTimeOffset? SettledOn => Time();
    public int? Sent => Number();
    public int? Unknown => Number();
}
