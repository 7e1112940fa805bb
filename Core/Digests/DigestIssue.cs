using Pipeline.Practices;

namespace Pipeline.Digests;

/// <summary>One topic's digest for one due date.</summary>
public sealed record DigestIssue
{
    public required TopicId Topic { get; init; }

    /// <summary>The row key: a date, or a date and time.</summary>
    public required IssueName Name { get; init; }
    public required IssueStatus Status { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<Reference> Practices { get; init; }

    public required int Ranges { get; init; }

    /// <summary>True if all ranges were enqueued. Then Practices is final.</summary>
    public required bool Enqueued { get; init; }
    public required DateTimeOffset StartedOn { get; init; }
    public DateTimeOffset? ClosedOn { get; init; }

    public DateTimeOffset RequeuedOn { get; init; }
    public DeliveryCount Count { get; init; } = DeliveryCount.None;

    public required string Receipt { get; init; }

    /// <summary>What an admin typed for all unknown deliveries of the issue.</summary>
    public string Decision { get; init; } = "";

    /// <summary>The content of Status if it is not a status, otherwise empty.</summary>
    public string UnreadableStatus { get; init; } = "";
    public ETag ETag { get; init; } = ETag.All;
}
