using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A row of an issue's ledger: a range of the hash space, its recipients, and the outcome of each.</summary>
public sealed record Delivery
{
    public required TopicId Topic { get; init; }
    public required IssueName Issue { get; init; }
    public required HashRange Range { get; init; }

    /// <summary>The start of the issue for which the row was made.</summary>
    public required DateTimeOffset IssueStartedOn { get; init; }

    /// <summary>Opaque. Sent with the mail and returned in SendGrid's events.</summary>
    public required string Id { get; init; }

    /// <summary>Opaque. A new one for each claim.</summary>
    public required string LeaseId { get; init; }
    public required DeliveryStatus Status { get; init; }

    /// <summary>Fixed by the first claim. Empty if the row was read without them, or an admin destroyed them.</summary>
    public required IReadOnlyList<SubscriberKey> Recipients { get; init; }

    public bool HasRecipients => Recipients.Count == Outcomes.Codes.Length;

    public required Outcomes Outcomes { get; init; }

    /// <summary>Requests that SendGrid's events confirmed while the delivery was claimed.</summary>
    public IReadOnlyList<RecipientRange> Confirmed { get; init; } = [];
    public required int Attempts { get; init; }
    public required DateTimeOffset ClaimedOn { get; init; }

    public DateTimeOffset NotBefore { get; init; }

    public DateTimeOffset? SettledOn { get; init; }

    /// <summary>How often Digest__UnknownPolicy = Resend sent it again.</summary>
    public int Resends { get; init; }
    public string Reason { get; init; } = "";

    /// <summary>What an admin typed in Decision, or in Status if that is not a status.</summary>
    public string Typed { get; init; } = "";
    public string Help { get; init; } = "";
    public ETag ETag { get; init; } = ETag.All;

    public static Delivery FirstClaim(
        DeliveryMessage request, HashRange range, IReadOnlyList<SubscriberKey> recipients, DateTimeOffset now) => new()
        {
            Topic = request.Topic,
            Issue = request.Issue,
            Range = range,
            IssueStartedOn = request.StartedOn,
            Id = OpaqueId.New(),
            LeaseId = OpaqueId.New(),
            Status = recipients.Count == 0 ? DeliveryStatus.Sent : DeliveryStatus.Claimed,
            Recipients = recipients,
            Outcomes = Outcomes.AllOpen(recipients.Count),
            Attempts = 1,
            ClaimedOn = now,
            SettledOn = recipients.Count == 0 ? now : null,
        };

    public Outcomes WithConfirmed(Outcomes outcomes) => Confirmed.Aggregate(outcomes, (known, range) => known.ConfirmSent(range));

    /// <summary>Ends the claim with these outcomes. Clears what an admin typed before, because it was about an earlier state.</summary>
    public Delivery Released(Outcomes outcomes, params IEnumerable<string> reasons) => this with
    {
        Outcomes = outcomes,
        Typed = "",
        Help = "",
        Status = outcomes.Status,
        Reason = string.Join('\n', Reason.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(reasons).Distinct()),
    };
}
