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
/// <param name="Id">Opaque; goes out with the mail and comes back with SendGrid's events.</param>
/// <param name="Holder">Opaque; another one for each claim, by which its holder knows it again.</param>
/// <param name="Recipients">Fixed when it was claimed first.</param>
/// <param name="Outcomes">One for each recipient.</param>
/// <param name="Proven">Requests that SendGrid's events have proved while somebody was at the delivery.</param>
/// <param name="NotBefore">When it is tried again, where it waits.</param>
/// <param name="SettledOn">When somebody was last through with it; null before.</param>
/// <param name="Resends">How often it was sent again because a setting says so.</param>
/// <param name="Typed">What an admin typed in Decision, or in Status where that is no status of ours.</param>
public sealed record Delivery(
    string Topic, string Issue, HashRange Range, string Id, string Holder, DeliveryStatus Status, IReadOnlyList<SubscriberKey> Recipients, Outcomes Outcomes,
    IReadOnlyList<CallSpan> Proven, int Attempts, DateTimeOffset ClaimedOn, DateTimeOffset NotBefore, DateTimeOffset? SettledOn, int Resends, string Reason,
    string Typed, string Help, ETag ETag)
{
    public bool IsSettled => Status is DeliveryStatus.Sent or DeliveryStatus.Refused or DeliveryStatus.Unknown;

    /// <summary>With these outcomes, and nobody at it any more. A word that an admin typed before is about what was, and done with.</summary>
    public Delivery Released(Outcomes outcomes, params IEnumerable<string> reasons) => this with
    {
        Outcomes = outcomes,
        Typed = "",
        Help = "",
        Status = outcomes.Status,
        Reason = string.Join('\n', Reason.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(reasons).Distinct()),
    };
}
