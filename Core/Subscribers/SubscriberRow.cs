namespace Pipeline.Subscribers;

/// <summary>A row of Subscribers. Admins edit rows, so values may be missing or malformed.</summary>
internal sealed record SubscriberRow(TableEntity Entity)
{
    public string Email => Entity.Text("Email");
    public string Reason => Entity.Text("Reason");
    public string StatusHelp => Entity.Text("StatusHelp");
    public string TypedStatus => Entity.Text("Status");
    public DateTimeOffset? SubscribedOn => Entity.Time("SubscribedOn");
    public DateTimeOffset? ConfirmedOn => Entity.Time("ConfirmedOn");
    public DateTimeOffset? EndedOn => Entity.Time("EndedOn");

    /// <summary>Time of the last confirmation request for an existing row.</summary>
    public DateTimeOffset? AskedOn => Entity.Time("AskedOn");

    public Language Language => Language.Find(Entity.Text("Language")) ?? Language.English;

    public SubscriberStatus? Status => SubscriberStatuses.Read(Entity.Text("Status"));

    public SubscriberKey? Key => SubscriberKey.TryParse(Entity.RowKey, out var key) ? key : null;

    /// <summary>Null if the address is missing or does not belong to the row's key: links and events could not find it.</summary>
    public string? Address =>
        Email.Trim() is { Length: > 0 } email && SubscriberKey.OfStored(email) is { } key && key == Key ? email : null;

    /// <param name="mailedOn">Time of the mail with the link; null for an undo link.</param>
    public ConfirmationResult EvaluateConfirmation(DateTimeOffset? mailedOn)
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

        // Times in links have a precision of one minute.
        var older = EndedOn is { } ended && mailed.AddMinutes(1) <= ended;
        return Status switch
        {
            SubscriberStatus.Bounced when older => ConfirmationResult.RenewalRequired,
            SubscriberStatus.Complained when older => ConfirmationResult.Blocked,
            _ => ConfirmationResult.Confirmed,
        };
    }

    /// <summary>True if a reported event changes the end of the subscription.</summary>
    public bool IsEndedBy(SubscriberStatus status, DateTimeOffset happenedOn)
    {
        // SendGrid reports whole seconds. An event before the consent does not affect it.
        if ((ConfirmedOn ?? SubscribedOn) is { } since && happenedOn <= since.AddSeconds(-1))
            return false;

        // Of two events with the same status the earlier one stays, in any order of arrival.
        return Status is not { } now || !now.IsEnd() || status > now || status == now && happenedOn < EndedOn;
    }
}
