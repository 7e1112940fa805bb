using Pipeline.Practices;

namespace Pipeline.Digests;

/// <summary>One topic's digest for one due date. The app made its row.</summary>
public sealed record DigestIssue
{
    public required TopicId Topic { get; init; }

    /// <summary>The row key: a date, or a date and time.</summary>
    public required IssueName Name { get; init; }

    /// <summary>If an admin typed a status, the one that it means.</summary>
    public required IssueStatus Status { get; init; }

    /// <summary>In the order of their publication.</summary>
    public required IReadOnlyList<Reference> Practices { get; init; }

    /// <summary>True if the column Practices is not a list of references, or empty although the issue had practices.</summary>
    public bool HasUnreadablePractices { get; init; }

    /// <summary>True if the issue was made with practices.</summary>
    public bool HadPractices { get; init; }

    /// <summary>True if it was made without practices and has no candidates.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>The number of messages that were enqueued for it. 0 if it had nothing to send.</summary>
    public required int Ranges { get; init; }

    /// <summary>True if all ranges were enqueued. Then Practices is final.</summary>
    public required bool Enqueued { get; init; }
    public required DateTimeOffset StartedOn { get; init; }

    /// <summary>When it was last closed; null if it never was.</summary>
    public DateTimeOffset? ClosedOn { get; init; }

    /// <summary>True if it was made closed, because there was nothing to send. It has no deliveries.</summary>
    public bool WasSkipped => Ranges == 0;

    /// <summary>True if an admin edited the figures or the receipt of a closed issue.</summary>
    public bool HasEditedFigures { get; init; }

    public DateTimeOffset RequeuedOn { get; init; }
    public DeliveryCount Count { get; init; } = DeliveryCount.None;

    /// <summary>The number of deliveries in each range at the last sweep (<see cref="ClaimedDeliveries"/>).</summary>
    public string Claimed { get; init; } = "";

    public required string Receipt { get; init; }

    /// <summary>What an admin typed for all unknown deliveries of the issue.</summary>
    public string Decision { get; init; } = "";

    public string Help { get; init; } = "";
    public ETag ETag { get; init; } = ETag.All;
}

/// <summary>A row of Digests as a sweep sees it.</summary>
/// <param name="Issue">Null if the app did not make the row.</param>
/// <param name="Review">What the row's status means; null if the app did not make the row.</param>
/// <param name="IsCorrect">True if the columns that repeat the status or Origin contain what the app would write.</param>
public sealed record IssueRow(string Topic, string Key, string Help, ETag ETag, DigestIssue? Issue, IssueReview? Review, bool IsCorrect);
