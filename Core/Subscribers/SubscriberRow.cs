namespace Pipeline.Subscribers;

/// <summary>A row of the table Subscribers as it was read. Admins edit it by hand, so a value may be missing, mistyped or of another type.</summary>
internal sealed record SubscriberRow(TableEntity Entity)
{
    public string Email => Entity.Text("Email");
    public string Reason => Entity.Text("Reason");
    public string StatusHelp => Entity.Text("StatusHelp");
    public string TypedStatus => Entity.Text("Status");
    public DateTimeOffset? SubscribedOn => Entity.Time("SubscribedOn");
    public DateTimeOffset? ConfirmedOn => Entity.Time("ConfirmedOn");
    public DateTimeOffset? EndedOn => Entity.Time("EndedOn");

    /// <summary>When somebody last wanted a confirmation for what was there already.</summary>
    public DateTimeOffset? AskedOn => Entity.Time("AskedOn");

    /// <summary>English where there is none, or none of ours.</summary>
    public Language Language => Language.Find(Entity.Text("Language")) ?? Language.English;

    /// <summary>Null for what is no status.</summary>
    public SubscriberStatus? Status => Entity.Word<SubscriberStatus>("Status");

    public SubscriberKey? Key => SubscriberKey.TryParse(Entity.RowKey, out var key) ? key : null;

    /// <summary>Null where there is none, or another than the row was made for: nobody's links and events would find that one.</summary>
    public string? Address => Email.Trim() is { Length: > 0 } email && SubscriberKey.OfStored(email) is { } key && key == Key ? email : null;

    /// <summary>What a request to confirm this subscription comes to.</summary>
    /// <param name="mailedOn">When the link was mailed to the address; null for one that only takes an unsubscription back.</param>
    public Confirmation Judge(DateTimeOffset? mailedOn)
    {
        if (Address is null)
            return Confirmation.Gone;
        if (Status == SubscriberStatus.Confirmed)
            return Confirmation.Done;
        if (mailedOn is not { } mailed)
            return Status switch
            {
                SubscriberStatus.Unsubscribed when ConfirmedOn is not null => Confirmation.Done,
                SubscriberStatus.Complained => Confirmation.Unwanted,
                _ => Confirmation.Outdated,
            };

        // A link says when it was mailed to the minute.
        var older = EndedOn is { } ended && mailed.AddMinutes(1) <= ended;
        return Status switch
        {
            SubscriberStatus.Bounced when older => Confirmation.Outdated,
            SubscriberStatus.Complained when older => Confirmation.Unwanted,
            _ => Confirmation.Done,
        };
    }

    /// <summary>True if something that was reported changes how this subscription ended.</summary>
    public bool IsEndedBy(SubscriberStatus status, DateTimeOffset happenedOn)
    {
        // SendGrid tells whole seconds. What is older than the consent says nothing about it, whatever came of that since then.
        if ((ConfirmedOn ?? SubscribedOn) is { } since && happenedOn <= since.AddSeconds(-1))
            return false;

        // Of two that say the same the earlier one stays, in whatever order they came.
        return Status is not { } now || !now.IsEnd() || status > now || status == now && happenedOn < EndedOn;
    }
}
