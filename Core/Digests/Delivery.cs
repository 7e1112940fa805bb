using Azure;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

public enum DeliveryStatus
{
    /// <summary>Somebody is at it, or died while being at it.</summary>
    Claimed,

    /// <summary>SendGrid did not take it, so it is tried again later.</summary>
    Waiting,

    /// <summary>Settled: SendGrid took all of it.</summary>
    Sent,

    /// <summary>Settled: SendGrid refused some or all of it; the reason says why.</summary>
    Refused,

    /// <summary>Settled as far as can be known without asking: SendGrid may have taken it.</summary>
    Unknown,
}

/// <summary>A row of an issue's ledger: a range of the hash space, whom it means, and what came of it.</summary>
/// <param name="Frozen">Its recipients, fixed when it was claimed.</param>
/// <param name="Left">Those not tried yet, or surely not taken.</param>
/// <param name="InDoubt">Those of unknown outcome.</param>
public sealed record Delivery(
    string Topic, string Issue, HashRange Range, DeliveryStatus Status, IReadOnlyList<SubscriberKey> Frozen, IReadOnlyList<SubscriberKey> Left,
    IReadOnlyList<SubscriberKey> InDoubt, DeliveryCount Count, int Attempts, DateTimeOffset ClaimedOn, string Reason, ETag ETag)
{
    public bool IsSettled => Status is DeliveryStatus.Sent or DeliveryStatus.Refused or DeliveryStatus.Unknown;
}
