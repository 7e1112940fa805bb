namespace Pipeline.Subscribers;

/// <summary>Decides what is wrong with a row of Subscribers. Does no I/O.</summary>
public sealed class SubscriberReview(TimeProvider time)
{
    public static readonly TimeSpan UnconfirmedPeriod = TimeSpan.FromDays(30);
    public static readonly TimeSpan EndedPeriod = TimeSpan.FromDays(28);

    internal bool ShouldDelete(SubscriberRow row, ErasedAddresses erased) =>
        erased.IsLeftover(row)
        || row.Status == SubscriberStatus.Unconfirmed && IsPast(Latest(row.SubscribedOn, row.AskedOn), UnconfirmedPeriod);

    /// <summary>The columns to write; null if the row is right.</summary>
    internal TableEntity? Corrections(SubscriberRow row, ErasedAddresses erased)
    {
        var change = new TableEntity(row.Entity.PartitionKey, row.Entity.RowKey);
        var ended = row.Status is { } status && status.IsEnd();

        // A missing, malformed or future date gives no period, so the period starts today. Only a sign-up sets SubscribedOn.
        if (row.Status == SubscriberStatus.Unconfirmed && !IsKnown(Latest(row.SubscribedOn, row.AskedOn)))
            change["AskedOn"] = time.GetUtcNow();
        if (ended && !IsKnown(row.EndedOn))
            change["EndedOn"] = time.GetUtcNow();

        // A confirmation link that was requested later may still be used.
        if (ended && row.Email.Length > 0 && IsPast(row.EndedOn, EndedPeriod)
            && !(row.AskedOn > row.EndedOn && !IsPast(row.AskedOn, UnconfirmedPeriod)))
        {
            change["Email"] = "";
            change["Reason"] = EmailAddress.Mask(row.Reason);
        }

        // Digests filter by the exact word.
        if (row.Status is { } named && row.TypedStatus != named.ToString())
            change["Status"] = named.ToString();
        if (Help(row, erased) is var help && row.Help != help)
            change["Help"] = help;
        return change.Count > new TableEntity("", "").Count ? change : null;
    }

    /// <summary>Why no digest is sent to a row that should get one; empty if the row is right.</summary>
    private string Help(SubscriberRow row, ErasedAddresses erased)
    {
        // It may be meant as Confirmed: neither mail nor delete it.
        if (row.Status is null)
            return AdminTexts.SubscriberStatusNotUnderstood(row.TypedStatus, Enum.GetNames<SubscriberStatus>());
        if (row.Status.Value.IsEnd())
            return "";
        if (!SubscriberTable.IsInPlace(row.Entity))
            return AdminTexts.SubscriberOutOfPlace;
        if (row.Address is null)
            return row.Email.Length == 0 ? AdminTexts.SubscriberWithoutAddress : AdminTexts.SubscriberOfOtherAddress;

        if (row.Status != SubscriberStatus.Confirmed)
            return "";
        if (!row.HasOrigin)
            return AdminTexts.SubscriberWithoutOrigin;
        if (!row.IsOfItsTopic)
            return AdminTexts.SubscriberOfOtherTopic;

        return row.Key is { } key && erased.IsErased(key, row.CertainConfirmation(time.GetUtcNow())) ? AdminTexts.SubscriberErased : "";
    }

    private bool IsKnown(DateTimeOffset? date) => date is { } known && known <= time.GetUtcNow().AddDays(1);

    private bool IsPast(DateTimeOffset? date, TimeSpan period) => date is { } known && known <= time.GetUtcNow() - period;

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
