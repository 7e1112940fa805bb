namespace Pipeline.Keys;

/// <summary>
/// What something is signed for. The label is signed with it, so that nothing signed for one purpose verifies for another. Signatures
/// outlive versions of the app: a label never changes.
/// </summary>
public sealed class KeyPurpose
{
    private readonly byte[] _label;

    private KeyPurpose(ReadOnlySpan<byte> label) => _label = label.ToArray();

    /// <summary>Links in mails. They have no label: what is signed begins with the byte 1, with which no label begins.</summary>
    public static readonly KeyPurpose Token = new(""u8);

    /// <summary>The time at which a form was given out.</summary>
    public static readonly KeyPurpose FormStamp = new("form stamp 1"u8);

    /// <summary>The name of an entry in Erasures.</summary>
    public static readonly KeyPurpose Erasure = new("erased:"u8);

    /// <summary>The marks of the keys in a backup's manifest.</summary>
    public static readonly KeyPurpose BackupMark = new("backup:"u8);

    public ReadOnlySpan<byte> Label => _label;
}
