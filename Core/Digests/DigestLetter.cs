using Pipeline.Mail;

namespace Pipeline.Digests;

/// <summary>An issue as it goes to everybody.</summary>
/// <param name="UnsubscribePlaceholder">Stands where each recipient's own link comes.</param>
public sealed record DigestLetter(Letter Everyone, string UnsubscribePlaceholder)
{
    /// <summary>The letter of one delivery: its events come back with the delivery's id.</summary>
    public Letter Letter(DeliveryOrder order) => Everyone with
    {
        CustomArguments = new Dictionary<string, string> { ["issue"] = $"{order.Topic}/{order.Issue}", ["delivery"] = order.From },
    };
}
