using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A delivery in the ledger of its issue.</summary>
public sealed record LedgerLine
{
    public required HashRange Range { get; init; }
    public required DateTimeOffset IssueStartedOn { get; init; }
    public required string DeliveryId { get; init; }
    public required DeliveryStatus Status { get; init; }

    /// <summary>Counted from the outcomes, not read from the figures in the row.</summary>
    public required DeliveryCount Count { get; init; }

    public required DateTimeOffset ClaimedOn { get; init; }
    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset? SettledOn { get; init; }

    /// <summary>True if the figures or the status in the row differ from the outcomes: an admin edited them.</summary>
    public required bool HasWrongFigures { get; init; }

    /// <summary>What an admin typed.</summary>
    public required string Decision { get; init; }

    public required string Help { get; init; }

    /// <summary>True if an admin decided that open recipients do not get the issue.</summary>
    public bool IsGivenUp => Status == DeliveryStatus.Waiting && DeliveryDecisionWord.Read(Decision) == DeliveryDecision.Failed;

    /// <summary>The help that the row should show. What becomes of unknown recipients, <see cref="UnknownDeliveries"/> explains.</summary>
    public string ExpectedHelp => DeliveryDecisionWord.Read(Decision) switch
    {
        null => AdminTexts.DecisionNotUnderstood(Decision),
        _ when Status == DeliveryStatus.Unknown => Help,
        DeliveryDecision.None => "",
        _ when !Status.IsSettled() => AdminTexts.DeliveryNotDecidable,
        _ => AdminTexts.NothingToDecide,
    };

    public bool NeedsRepair => HasWrongFigures || IsGivenUp || Help != ExpectedHelp;
}

/// <summary>A row in the partition of a ledger: either a delivery or a row that the app did not make.</summary>
public sealed record LedgerRow(LedgerLine? Line, ForeignRow? Foreign);

/// <summary>A row of Deliveries that the app did not make, or of which an admin changed what Origin signs.</summary>
public sealed record ForeignRow(string Partition, string Key, string Help, ETag ETag)
{
    public string ExpectedHelp => AdminTexts.DeliveryNotOfApp(Excerpt.Cut(Key, 32));
}
