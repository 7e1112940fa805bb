namespace Pipeline.Keys;

/// <summary>A label that is signed together with the content. A signature for one purpose does not verify for another.</summary>
/// <remarks>Signatures outlive versions of the app: never change a label.</remarks>
public sealed class KeyPurpose
{
    private readonly byte[] _label;

    private KeyPurpose(ReadOnlySpan<byte> label) => _label = label.ToArray();

    /// <summary>Links in mails. No label: the content begins with the byte 1, and no label does.</summary>
    public static readonly KeyPurpose Token = new(""u8);

    public static readonly KeyPurpose FormTimestamp = new("form stamp 1"u8);

    public static readonly KeyPurpose Erasure = new("erased:"u8);

    /// <summary>The marks by which a backup's manifest identifies keys.</summary>
    public static readonly KeyPurpose BackupMark = new("backup:"u8);

    /// <summary>Rows of Digests that the app made.</summary>
    public static readonly KeyPurpose Issue = new("issue:"u8);

    /// <summary>Rows of Deliveries that the app made.</summary>
    public static readonly KeyPurpose Delivery = new("delivery:"u8);

    /// <summary>The outcomes in a row of Deliveries.</summary>
    public static readonly KeyPurpose Outcomes = new("outcomes:"u8);

    /// <summary>Messages on the queue digest-deliveries.</summary>
    public static readonly KeyPurpose DeliveryMessage = new("delivery message:"u8);

    public ReadOnlySpan<byte> Label => _label;
}
