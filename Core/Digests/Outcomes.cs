namespace Pipeline.Digests;

/// <summary>
/// What came of each recipient of a delivery: a letter each, in the order they were frozen. So a ledger tells of every single
/// person what became of their digest, and an admin can read it in the row.
/// </summary>
public sealed record Outcomes(string Letters)
{
    /// <summary>Not tried yet, or surely not taken.</summary>
    public const char Open = '.';

    /// <summary>SendGrid took it.</summary>
    public const char Sent = 's';

    /// <summary>No longer subscribed when the turn came.</summary>
    public const char Skipped = 'k';

    /// <summary>SendGrid refused the address.</summary>
    public const char Failed = 'f';

    /// <summary>SendGrid may have taken it or not.</summary>
    public const char Unknown = '?';

    public static Outcomes AllOpen(int recipients) => new(new string(Open, recipients));

    public bool IsDoubtful => Letters.Contains(Unknown);

    /// <summary>Whether somebody between these two places, the first of them included, is in doubt.</summary>
    public bool IsDoubtfulIn(Range places) => Letters.AsSpan(places).Contains(Unknown);

    public DeliveryCount Count => new(
        Letters.Length, Letters.Count(mail => mail == Sent), Letters.Count(mail => mail == Skipped),
        Letters.Count(mail => mail == Failed), Letters.Count(mail => mail == Unknown));

    /// <summary>What a delivery with these outcomes is, once nobody is at it any more.</summary>
    public DeliveryStatus Status =>
        Letters.Contains(Open) ? DeliveryStatus.Waiting
        : IsDoubtful ? DeliveryStatus.Unknown
        : Letters.Contains(Failed) ? DeliveryStatus.Refused
        : DeliveryStatus.Sent;

    public IEnumerable<int> OpenPlaces => Enumerable.Range(0, Letters.Length).Where(place => Letters[place] == Open);

    public Outcomes With(IEnumerable<int> places, char outcome)
    {
        var mails = Letters.ToCharArray();
        foreach (var place in places)
            mails[place] = outcome;
        return new Outcomes(new string(mails));
    }

    /// <summary>Whoever was at it is dead: what was open may have been taken.</summary>
    public Outcomes MarkOpenUnknown() => new(Letters.Replace(Open, Unknown));

    /// <summary>What nobody knows becomes something else by somebody's decision.</summary>
    public Outcomes Decide(char outcome) => new(Letters.Replace(Unknown, outcome));

    /// <summary>
    /// SendGrid had this request after all. A span holds nobody who was open or in doubt then but not in the request (see
    /// <see cref="DeliveryAttempt"/>), and nobody who was settled then is ever open again.
    /// </summary>
    public Outcomes ConfirmSent(RecipientRange call) => With(
        Enumerable.Range(0, Letters.Length).Where(place => place >= call.From && place < call.To && Letters[place] is Open or Unknown), Sent);

    /// <summary>What the one who did it knows, and on top of that what SendGrid's events have proved meanwhile.</summary>
    public Outcomes MergeConfirmed(Outcomes meanwhile) => With(
        Enumerable.Range(0, Letters.Length).Where(place => (Letters[place] is Open or Unknown) && meanwhile.Letters[place] == Sent), Sent);
}
