namespace Pipeline.Digests;

/// <summary>The outcome of each recipient of a delivery, as one character per recipient, in the order of the recipients.</summary>
public sealed record Outcomes(string Codes)
{
    /// <summary>Not tried yet, or certainly not accepted.</summary>
    public const char Open = '.';

    public const char Sent = 's';

    /// <summary>No longer subscribed when the delivery was sent.</summary>
    public const char Skipped = 'k';

    public const char Failed = 'f';

    /// <summary>SendGrid may have accepted the mail.</summary>
    public const char Unknown = '?';

    public static Outcomes AllUnknown(int recipients) => new(new string(Unknown, recipients));

    public static Outcomes AllOpen(int recipients) => new(new string(Open, recipients));

    public bool HasUnknown => Codes.Contains(Unknown);

    public bool HasUnknownIn(Range places) => Codes.AsSpan(places).Contains(Unknown);

    public DeliveryCount Count => new(
        Codes.Length, Codes.Count(code => code == Sent), Codes.Count(code => code == Skipped),
        Codes.Count(code => code == Failed), Codes.Count(code => code == Unknown));

    /// <summary>The status of an unclaimed delivery with these outcomes.</summary>
    public DeliveryStatus Status =>
        Codes.Contains(Open) ? DeliveryStatus.Waiting
        : HasUnknown ? DeliveryStatus.Unknown
        : Codes.Contains(Failed) ? DeliveryStatus.Refused
        : DeliveryStatus.Sent;

    public IEnumerable<int> OpenPlaces => Enumerable.Range(0, Codes.Length).Where(place => Codes[place] == Open);

    public Outcomes With(IEnumerable<int> places, char outcome)
    {
        var codes = Codes.ToCharArray();
        foreach (var place in places)
            codes[place] = outcome;
        return new Outcomes(new string(codes));
    }

    public Outcomes MarkOpenUnknown() => new(Codes.Replace(Open, Unknown));

    public Outcomes ReplaceUnknown(char outcome) => new(Codes.Replace(Unknown, outcome));

    // Safe for the whole range: it contains no other open or unknown recipient (see DeliveryAttempt), and settled ones never reopen.
    public Outcomes ConfirmSent(RecipientRange call) => With(
        Enumerable.Range(0, Codes.Length).Where(place => place >= call.From && place < call.To && Codes[place] is Open or Unknown), Sent);

    /// <summary>Takes over the recipients that are sent in the other outcomes and not settled in these.</summary>
    public Outcomes MergeConfirmed(Outcomes other) => With(
        Enumerable.Range(0, Codes.Length).Where(place => (Codes[place] is Open or Unknown) && other.Codes[place] == Sent), Sent);
}
