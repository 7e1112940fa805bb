using Azure;
using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>One topic's digest for one due date.</summary>
public sealed record DigestIssue
{
    public required TopicId Topic { get; init; }

    /// <summary>A date, or date and time (see <see cref="Topics.IssueName"/>); the row key.</summary>
    public required IssueName Name { get; init; }
    public required IssueStatus Status { get; init; }

    /// <summary>What it contains, oldest first.</summary>
    public required IReadOnlyList<Reference> Practices { get; init; }

    /// <summary>Into how many deliveries the hash space was cut at first.</summary>
    public required int Ranges { get; init; }

    /// <summary>All first deliveries are on the queue and the list of practices is final.</summary>
    public required bool Enqueued { get; init; }
    public required DateTimeOffset StartedOn { get; init; }
    public DateTimeOffset? ClosedOn { get; init; }

    /// <summary>When deliveries that seemed lost were last enqueued again.</summary>
    public DateTimeOffset RevivedOn { get; init; }
    public DeliveryCount Count { get; init; } = DeliveryCount.None;

    /// <summary>What the ledger proves, or what is still open, in words.</summary>
    public required string Receipt { get; init; }

    /// <summary>What an admin typed about all its deliveries of unknown outcome; empty if nothing.</summary>
    public string Decision { get; init; } = "";

    /// <summary>What an admin typed in Status that is no status; empty if it is one.</summary>
    public string Misread { get; init; } = "";
    public ETag ETag { get; init; } = ETag.All;
}
