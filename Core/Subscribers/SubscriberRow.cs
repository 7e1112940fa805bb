using System.Globalization;
using Azure.Data.Tables;

namespace Pipeline.Subscribers;

/// <summary>A row of the table Subscribers as it was read. Admins edit it by hand, so a value may be missing, mistyped or of another type.</summary>
internal sealed record SubscriberRow(TableEntity Entity)
{
    public string Email => Text("Email");
    public string Reason => Text("Reason");
    public string StatusHelp => Text("StatusHelp");
    public string TypedStatus => Text("Status");
    public DateTimeOffset? SubscribedOn => Date("SubscribedOn");
    public DateTimeOffset? ConfirmedOn => Date("ConfirmedOn");
    public DateTimeOffset? EndedOn => Date("EndedOn");

    /// <summary>When somebody last wanted a confirmation for what was there already.</summary>
    public DateTimeOffset? AskedOn => Date("AskedOn");

    /// <summary>Null for what is no status.</summary>
    public SubscriberStatus? Status => Enum.GetValues<SubscriberStatus>().Cast<SubscriberStatus?>()
        .FirstOrDefault(status => TypedStatus.Trim().Equals(status.ToString(), StringComparison.OrdinalIgnoreCase));

    public SubscriberKey? Key => SubscriberKey.TryParse(Entity.RowKey, out var key) ? key : null;

    private string Text(string column) => Entity.TryGetValue(column, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" : "";

    private DateTimeOffset? Date(string column) => Entity.TryGetValue(column, out var value)
        ? value switch
        {
            DateTimeOffset date => date,
            string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) => date.ToUniversalTime(),
            _ => null,
        }
        : null;
}
