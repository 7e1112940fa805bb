using Azure;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>A row of an issue's ledger: a range of the hash space, the recipients in it, and what came of each.</summary>
public sealed record Delivery
{
    public required TopicId Topic { get; init; }
    public required IssueName Issue { get; init; }
    public required HashRange Range { get; init; }

    /// <summary>Opaque; goes out with the mail and comes back with SendGrid's events.</summary>
    public required string Id { get; init; }

    /// <summary>Opaque; another one for each claim, by which its holder knows it again.</summary>
    public required string LeaseId { get; init; }
    public required DeliveryStatus Status { get; init; }

    /// <summary>Fixed when the range was claimed first. Empty if the row was read without them.</summary>
    public required IReadOnlyList<SubscriberKey> Recipients { get; init; }

    /// <summary>One for each recipient.</summary>
    public required Outcomes Outcomes { get; init; }

    /// <summary>Requests that SendGrid's events have proved while the delivery was claimed.</summary>
    public IReadOnlyList<RecipientRange> Proven { get; init; } = [];
    public required int Attempts { get; init; }
    public required DateTimeOffset ClaimedOn { get; init; }

    /// <summary>When a waiting delivery is tried again.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>When it was settled last; null before.</summary>
    public DateTimeOffset? SettledOn { get; init; }

    /// <summary>How often it was sent again because a setting says so.</summary>
    public int Resends { get; init; }
    public string Reason { get; init; } = "";

    /// <summary>What an admin typed in Decision, or in Status if that is no status of ours.</summary>
    public string Typed { get; init; } = "";
    public string Help { get; init; } = "";
    public ETag ETag { get; init; } = ETag.All;

    /// <summary>The first claim on a range. Without recipients it is settled at once, in the same write.</summary>
    public static Delivery FirstClaim(DeliveryMessage request, HashRange range, IReadOnlyList<SubscriberKey> recipients, DateTimeOffset now) => new()
    {
        Topic = request.Topic,
        Issue = request.Issue,
        Range = range,
        Id = OpaqueId.New(),
        LeaseId = OpaqueId.New(),
        Status = recipients.Count == 0 ? DeliveryStatus.Sent : DeliveryStatus.Claimed,
        Recipients = recipients,
        Outcomes = Outcomes.AllOpen(recipients.Count),
        Attempts = 1,
        ClaimedOn = now,
        SettledOn = recipients.Count == 0 ? now : null,
    };

    /// <summary>The outcomes with what SendGrid's events have proved meanwhile.</summary>
    public Outcomes WithConfirmed(Outcomes outcomes) => Proven.Aggregate(outcomes, (known, call) => known.ConfirmSent(call));

    /// <summary>With these outcomes and no claim. A word that an admin typed before is about an earlier state, so it goes.</summary>
    public Delivery Released(Outcomes outcomes, params IEnumerable<string> reasons) => this with
    {
        Outcomes = outcomes,
        Typed = "",
        Help = "",
        Status = outcomes.Status,
        Reason = string.Join('\n', Reason.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(reasons).Distinct()),
    };
}
