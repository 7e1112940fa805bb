using System.Buffers.Text;
using System.Text;
using Pipeline.Keys;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Signatures that show which rows of Digests and Deliveries, and which messages, the app made.</summary>
/// <remarks>A signature covers the keys and what must stay true if an admin edits the other columns.</remarks>
public sealed class RowOrigin(KeyRing keys)
{
    private const int SignatureBytes = 12;

    /// <summary>The text of the column Origin of an issue.</summary>
    public string OfIssue(DigestIssue issue) =>
        Signed(KeyPurpose.Issue, $"{issue.Topic}\n{issue.Name}", IssueOrigin.Of(issue).ToString());

    /// <summary>Null if another program or an admin made the row.</summary>
    public IssueOrigin? ReadIssue(TopicId topic, IssueName issue, string text) =>
        Verified(KeyPurpose.Issue, $"{topic}\n{issue}", text) is { } facts ? IssueOrigin.Parse(facts) : null;

    /// <summary>The text of the column Origin of a delivery.</summary>
    public string OfDelivery(Delivery delivery) => Signed(
        KeyPurpose.Delivery, KeysOf(delivery.Topic, delivery.Issue, delivery.Range, delivery.Id),
        new DeliveryOrigin(delivery.IssueStartedOn, delivery.Outcomes.Codes.Length).ToString());

    /// <summary>Null if the app did not make the row.</summary>
    public DeliveryOrigin? ReadDelivery(TopicId topic, IssueName issue, HashRange range, string id, string text) =>
        Verified(KeyPurpose.Delivery, KeysOf(topic, issue, range, id), text) is { } facts ? DeliveryOrigin.Parse(facts) : null;

    /// <summary>The signature of the columns Outcomes and Proven of a delivery.</summary>
    public string OfOutcomes(string deliveryId, string outcomes, string proven) =>
        Sign(KeyPurpose.Outcomes, $"{deliveryId}\n{outcomes}\n{proven}");

    /// <summary>False if an admin edited one of the columns.</summary>
    public bool AreOutcomes(string deliveryId, string outcomes, string proven, string signature) =>
        Verify(KeyPurpose.Outcomes, $"{deliveryId}\n{outcomes}\n{proven}", signature);

    public DeliveryMessage Sign(DeliveryMessage message) => message with { Signature = Sign(KeyPurpose.DeliveryMessage, Content(message)) };

    /// <summary>False if another program or an admin made the message.</summary>
    public bool IsSigned(DeliveryMessage message) => Verify(KeyPurpose.DeliveryMessage, Content(message), message.Signature ?? "");

    private static string KeysOf(TopicId topic, IssueName issue, HashRange range, string id) => $"{topic}\n{issue}\n{range}\n{id}";

    private static string Content(DeliveryMessage message) => string.Create(
        CultureInfo.InvariantCulture,
        $"{message.Topic}\n{message.Issue}\n{message.StartedOn.UtcTicks}\n{message.From}\n{message.To}\n{message.DeliveryId}");

    private string Signed(KeyPurpose purpose, string row, string facts) => $"{facts}.{Sign(purpose, $"{row}\n{facts}")}";

    /// <summary>The signed facts; null if the signature is wrong.</summary>
    private string? Verified(KeyPurpose purpose, string row, string text) =>
        text.LastIndexOf('.') is > 0 and var end && Verify(purpose, $"{row}\n{text[..end]}", text[(end + 1)..]) ? text[..end] : null;

    private string Sign(KeyPurpose purpose, string content) =>
        Base64Url.EncodeToString(keys.Sign(purpose, Encoding.UTF8.GetBytes(content), SignatureBytes));

    private bool Verify(KeyPurpose purpose, string content, string signature) =>
        Base64Url.IsValid(signature, out var length) && length == SignatureBytes
        && keys.Verify(purpose, Encoding.UTF8.GetBytes(content), Base64Url.DecodeFromChars(signature));
}
