using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Practices;

namespace Pipeline.Submissions.Spam;

/// <summary>Detects the same summary in many submissions. In memory, per instance, of fixed size; stores hashes only.</summary>
public sealed class DuplicateLimit(TimeProvider time)
{
    /// <summary>Maximum number of submissions with the same summary within <see cref="Window"/>.</summary>
    public const int MaxPerSummary = 10;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Number of submissions in memory. The oldest is replaced.</summary>
    public const int Capacity = 4_096;

    // Two people do not write the same first 300 characters. Variations at the end do not matter.
    private const int MaxComparedCharacters = 300;

    private readonly Lock _gate = new();
    private readonly Entry[] _entries = new Entry[Capacity];
    private int _oldest;

    /// <summary>True if the limit is exceeded. A repetition of the same submission gets the same answer and does not count.</summary>
    public bool IsExceeded(Submission submission)
    {
        var (fingerprint, reference, now) = (Fingerprint(submission.Summary), submission.Reference, time.GetUtcNow());
        lock (_gate)
        {
            var others = 0;
            foreach (ref readonly var entry in _entries.AsSpan())
            {
                if (entry.Reference is null || entry.Fingerprint != fingerprint || now - entry.ReceivedOn > Window)
                    continue;
                if (entry.Reference == reference)
                    return entry.IsTooMany;
                others++;
            }

            var isTooMany = others >= MaxPerSummary;
            _entries[_oldest] = new Entry(fingerprint, reference, now, isTooMany);
            _oldest = (_oldest + 1) % Capacity;
            return isTooMany;
        }
    }

    // Only letters and digits: copies vary in case, punctuation, spaces and emoji.
    private static UInt128 Fingerprint(string summary)
    {
        var letters = summary.EnumerateRunes().Where(Rune.IsLetterOrDigit).Take(MaxComparedCharacters)
            .Select(letter => Rune.ToUpperInvariant(letter).ToString());
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(letters))));
    }

    private readonly record struct Entry(UInt128 Fingerprint, Reference? Reference, DateTimeOffset ReceivedOn, bool IsTooMany);
}
