using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Practices;

namespace Pipeline.Submissions.Spam;

/// <summary>
/// Remembers what this process was sent lately, and so notices the same summary under one reference after the other. Another
/// instance of the app remembers for itself. What it keeps is of a fixed size, and holds no word of anybody's.
/// </summary>
public sealed class DuplicateLimit(TimeProvider time)
{
    /// <summary>So many different submissions may have the same summary within <see cref="Window"/>.</summary>
    public const int Most = 10;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>So many submissions are remembered, over all summaries; beyond it the oldest one is forgotten.</summary>
    public const int Remembered = 4_096;

    // Long enough for no two people to begin alike, and whatever is changed after that to tell the copies apart changes nothing.
    private const int ComparedLetters = 300;

    private readonly Lock gate = new();
    private readonly Seen[] seen = new Seen[Remembered];
    private int oldest;

    /// <summary>Whether more than <see cref="Most"/> of its kind have come. The same submission again is no other one and gets the same answer.</summary>
    public bool IsExceeded(Submission submission)
    {
        var (fingerprint, reference, now) = (Fingerprint(submission.Summary), submission.Reference, time.GetUtcNow());
        lock (gate)
        {
            var others = 0;
            foreach (ref readonly var one in seen.AsSpan())
            {
                if (one.Reference is null || one.Fingerprint != fingerprint || now - one.On > Window)
                    continue;
                if (one.Reference == reference)
                    return one.IsTooMany;
                others++;
            }

            var isTooMany = others >= Most;
            seen[oldest] = new Seen(fingerprint, reference, now, isTooMany);
            oldest = (oldest + 1) % Remembered;
            return isTooMany;
        }
    }

    // Of letters and digits alone: case, punctuation, spaces and emojis are what copies are varied with.
    private static UInt128 Fingerprint(string summary)
    {
        var letters = summary.EnumerateRunes().Where(Rune.IsLetterOrDigit).Take(ComparedLetters).Select(letter => Rune.ToUpperInvariant(letter).ToString());
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(letters))));
    }

    private readonly record struct Seen(UInt128 Fingerprint, Reference? Reference, DateTimeOffset On, bool IsTooMany);
}
