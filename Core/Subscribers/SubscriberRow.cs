namespace Pipeline.Subscribers;

/// <summary>A row of Subscribers. Admins edit rows, so values may be missing or malformed.</summary>
internal sealed record SubscriberRow(TableEntity Entity)
{
    // The clocks of two machines differ. A date later than this is wrong.
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);

    // Times in links have whole minutes, and the clocks of two machines differ by some seconds.
    private static readonly TimeSpan LinkPrecision = TimeSpan.FromSeconds(65);

    public string Email => Entity.Text("Email");
    public string Reason => Entity.Text("Reason");
    public string Help => Entity.Text("Help");
    public string TypedStatus => Entity.Text("Status");
    public DateTimeOffset? SubscribedOn => Entity.Time("SubscribedOn");
    public DateTimeOffset? ConfirmedOn => Entity.Time("ConfirmedOn");
    public DateTimeOffset? EndedOn => Entity.Time("EndedOn");

    /// <summary>Time of the last confirmation request for an existing row.</summary>
    public DateTimeOffset? AskedOn => Entity.Time("AskedOn");

    /// <summary>The latest sign-up, request or confirmation.</summary>
    public DateTimeOffset? LatestRequest => new[] { SubscribedOn, AskedOn, ConfirmedOn }.Max();

    public Language Language => Language.Find(Entity.Text("Language")) ?? Language.English;

    public SubscriberStatus? Status => SubscriberStatuses.Read(Entity.Text("Status"));

    public SubscriberKey? Key => SubscriberKey.TryParse(Entity.RowKey, out var key) ? key : null;

    /// <summary>Null if the address is missing or does not belong to the row's key: links and events could not find it.</summary>
    public string? Address =>
        TextCleaner.TrimInvisible(Email) is { Length: > 0 } email && SubscriberKey.OfStored(email) is { } key && key == Key ? email : null;

    /// <summary>True if the row has a date of a sign-up or a confirmation. A row that an admin added has none, and no consent.</summary>
    public bool HasOrigin => (SubscribedOn ?? ConfirmedOn) is not null;

    /// <summary>False if the row was copied from another topic, so there is no consent to this one. Old rows have no Topic.</summary>
    public bool IsOfItsTopic =>
        Entity.Text("Topic").Trim() is var topic && (topic.Length == 0 || Entity.PartitionKey.Split('~')[0] == topic);

    /// <summary>The time of the confirmation. Null for text, which can be read in several ways, and for the future.</summary>
    public DateTimeOffset? CertainConfirmation(DateTimeOffset now) =>
        Entity.TryGetValue("ConfirmedOn", out var value) && value is DateTimeOffset confirmedOn && confirmedOn <= now + MaxClockSkew
            ? confirmedOn
            : null;

    /// <summary>Whether a link subscribes. A link that is older than the end of the subscription does not.</summary>
    /// <param name="mailedOn">Time of the mail with the link; null for an undo link.</param>
    public ConfirmationResult EvaluateConfirmation(DateTimeOffset? mailedOn, DateTimeOffset now)
    {
        if (Address is null)
            return ConfirmationResult.NotFound;
        if (Status == SubscriberStatus.Confirmed)
            return ConfirmationResult.Confirmed;
        if (mailedOn is not { } mailed)
            return Status switch
            {
                SubscriberStatus.Unsubscribed when ConfirmedOn is not null => ConfirmationResult.Confirmed,
                SubscriberStatus.Complained => ConfirmationResult.Blocked,
                _ => ConfirmationResult.RenewalRequired,
            };

        return IsAnswer(mailed, now) ? ConfirmationResult.Confirmed
            : Status == SubscriberStatus.Complained ? ConfirmationResult.Blocked
            : ConfirmationResult.RenewalRequired;
    }

    /// <summary>True if the subscription has ended and the date of its end is missing or wrong.</summary>
    public bool NeedsEndDate(DateTimeOffset now) => Status is { } status && status.IsEnd() && !(EndedOn <= now);

    // A row that was confirmed or ended before waits for a confirmation only if one was requested since, and only for that one.
    private bool IsAnswer(DateTimeOffset mailedOn, DateTimeOffset now)
    {
        if (NeedsEndDate(now))
            return false;

        var before = new[] { EndedOn, ConfirmedOn }.Where(date => date <= now).Max();
        return before is null
            ? !(SubscribedOn <= now) || IsSince(SubscribedOn)
            : AskedOn >= before && IsSince(AskedOn);

        bool IsSince(DateTimeOffset? requestedOn) => mailedOn + LinkPrecision > requestedOn;
    }

    /// <summary>True if a reported event changes the end of the subscription.</summary>
    public bool IsEndedBy(SubscriberStatus status, DateTimeOffset happenedOn, DateTimeOffset now)
    {
        // SendGrid reports whole seconds. An event before the consent does not affect it. A date in the future is wrong and is ignored.
        if ((ConfirmedOn ?? SubscribedOn) is { } since && since <= now + MaxClockSkew && happenedOn <= since.AddSeconds(-1))
            return false;

        // Of two events with the same status the earlier one stays, in any order of arrival.
        return Status is not { } current || !current.IsEnd() || status > current || status == current && happenedOn < EndedOn;
    }
}
