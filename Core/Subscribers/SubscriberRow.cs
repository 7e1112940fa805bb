using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Storage;

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
}
