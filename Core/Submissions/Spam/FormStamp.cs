using System.Buffers.Binary;
using System.Buffers.Text;
using Pipeline.Keys;

namespace Pipeline.Submissions.Spam;

/// <summary>
/// The time at which a form was given out, under an HMAC-SHA-256, so that it can travel in the form and come back. It never ends:
/// a form that lay in a cache or in an open tab for a year works.
/// </summary>
public sealed class FormStamp(KeyRing keys, TimeProvider time)
{
    private const int TimeBytes = sizeof(long);
    private const int MacBytes = 16;

    public string Create()
    {
        var bytes = new byte[TimeBytes + MacBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.GetUtcNow().ToUnixTimeMilliseconds());
        keys.Sign(KeyPurpose.FormStamp, bytes.AsSpan(..TimeBytes), MacBytes).CopyTo(bytes.AsSpan(TimeBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>
    /// How long ago the stamp was made. Null where that cannot be told: there is none, it is none of ours or of a key that is gone,
    /// or it comes from an instance whose clock is ahead.
    /// </summary>
    public TimeSpan? Age(string? stamp)
    {
        if (stamp is null || stamp.Length != Base64Url.GetEncodedLength(TimeBytes + MacBytes) || !Base64Url.IsValid(stamp))
            return null;

        // White space between its characters would be no mistake to the decoder.
        var bytes = Base64Url.DecodeFromChars(stamp);
        if (bytes.Length != TimeBytes + MacBytes || !keys.Verify(KeyPurpose.FormStamp, bytes.AsSpan(..TimeBytes), bytes.AsSpan(TimeBytes)))
            return null;

        var age = TimeSpan.FromMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds() - BinaryPrimitives.ReadInt64BigEndian(bytes));
        return age < TimeSpan.Zero ? null : age;
    }
}
