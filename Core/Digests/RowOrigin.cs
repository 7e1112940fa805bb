using System.Buffers.Text;
using System.Text;
using Pipeline.Keys;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Signatures that show which rows of Digests and Deliveries the app made. They cover the keys of the row.</summary>
public sealed class RowOrigin(KeyRing keys)
{
    private const int SignatureBytes = 12;

    /// <summary>The text of the column Origin of an issue: its number of ranges, whether it has practices, and the signature.</summary>
    public string OfIssue(TopicId topic, IssueName issue, int ranges, bool hasPractices)
    {
        var facts = string.Create(CultureInfo.InvariantCulture, $"{ranges}.{(hasPractices ? 1 : 0)}");
        return $"{facts}.{Sign(KeyPurpose.Issue, $"{topic}\n{issue}\n{facts}")}";
    }

    /// <summary>What the app wrote when it made the issue. Null if another program or an admin made the row.</summary>
    public IssueOrigin? ReadIssue(TopicId topic, IssueName issue, string text)
    {
        if (text.Split('.') is not [var ranges, var hasPractices, var signature]
            || !Verify(KeyPurpose.Issue, $"{topic}\n{issue}\n{ranges}.{hasPractices}", signature)
            || !int.TryParse(ranges, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return null;

        return new IssueOrigin(count, hasPractices == "1");
    }

    public string OfDelivery(TopicId topic, IssueName issue, HashRange range, string id) =>
        Sign(KeyPurpose.Delivery, $"{topic}\n{issue}\n{range}\n{id}");

    public bool IsDelivery(TopicId topic, IssueName issue, HashRange range, string id, string text) =>
        Verify(KeyPurpose.Delivery, $"{topic}\n{issue}\n{range}\n{id}", text);

    private string Sign(KeyPurpose purpose, string content) =>
        Base64Url.EncodeToString(keys.Sign(purpose, Encoding.UTF8.GetBytes(content), SignatureBytes));

    private bool Verify(KeyPurpose purpose, string content, string signature) =>
        Base64Url.IsValid(signature, out var length) && length == SignatureBytes
        && keys.Verify(purpose, Encoding.UTF8.GetBytes(content), Base64Url.DecodeFromChars(signature));
}

public sealed record IssueOrigin(int Ranges, bool HasPractices);
