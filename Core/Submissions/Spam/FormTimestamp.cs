using System.Buffers.Binary;
using System.Buffers.Text;
using Pipeline.Keys;

namespace Pipeline.Submissions.Spam;

/// <summary>The signed time at which a form was rendered. It does not expire: a cached form or an old tab still works.</summary>
public sealed class FormTimestamp(KeyRing keys, TimeProvider time)
{
    private const int TimeBytes = sizeof(long);
    private const int MacBytes = 16;

    public string Create()
    {
        var bytes = new byte[TimeBytes + MacBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.GetUtcNow().ToUnixTimeMilliseconds());
        keys.Sign(KeyPurpose.FormTimestamp, bytes.AsSpan(..TimeBytes), MacBytes).CopyTo(bytes.AsSpan(TimeBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Age of the form. Null if the value is missing, invalid, signed with a removed key, or from a clock that is ahead.</summary>
    public TimeSpan? Age(string? timestamp)
    {
        if (timestamp is null || timestamp.Length != Base64Url.GetEncodedLength(TimeBytes + MacBytes) || !Base64Url.IsValid(timestamp))
            return null;

        // The decoder ignores white space, so check the length again.
        var bytes = Base64Url.DecodeFromChars(timestamp);
        if (bytes.Length != TimeBytes + MacBytes
            || !keys.Verify(KeyPurpose.FormTimestamp, bytes.AsSpan(..TimeBytes), bytes.AsSpan(TimeBytes)))
            return null;

        var age = TimeSpan.FromMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds() - BinaryPrimitives.ReadInt64BigEndian(bytes));
        return age < TimeSpan.Zero ? null : age;
    }
}
