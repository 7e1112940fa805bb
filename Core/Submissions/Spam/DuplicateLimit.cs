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

    // Two people do not write the same first or last 300 letters. What is added at the other end does not matter.
    private const int MaxComparedCharacters = 300;

    // A summary of emoji or of one letter has nothing to compare.
    private const int MinSequences = 8;

    private readonly Lock _gate = new();
    private readonly Entry[] _entries = new Entry[Capacity];
    private int _oldest;

    /// <summary>True if the limit is exceeded. A repetition of the same submission gets the same answer and does not count.</summary>
    public bool IsExceeded(Submission submission)
    {
        var text = ComparableText.Of(submission.Summary);
        if (ComparableText.CountSequences(text) < MinSequences)
            return false;

        var ((start, end), reference, now) = (Fingerprints(text), submission.Reference, time.GetUtcNow());
        lock (_gate)
        {
            var others = 0;
            foreach (ref readonly var entry in _entries.AsSpan())
            {
                if (entry.Reference is null || (entry.Start != start && entry.End != end) || now - entry.ReceivedOn > Window)
                    continue;
                if (entry.Reference == reference)
                    return entry.IsTooMany;
                others++;
            }

            var isTooMany = others >= MaxPerSummary;
            _entries[_oldest] = new Entry(start, end, reference, now, isTooMany);
            _oldest = (_oldest + 1) % Capacity;
            return isTooMany;
        }
    }

    // Only letters and digits: copies vary in case, width, accents, punctuation, spaces and emoji.
    private static (UInt128 Start, UInt128 End) Fingerprints(string text)
    {
        List<Rune> letters = [.. text.EnumerateRunes().Where(Rune.IsLetterOrDigit).Select(Rune.ToUpperInvariant)];
        return (Hash(letters.Take(MaxComparedCharacters)), Hash(letters.TakeLast(MaxComparedCharacters)));
    }

    private static UInt128 Hash(IEnumerable<Rune> letters) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(letters))));

    private readonly record struct Entry(UInt128 Start, UInt128 End, Reference? Reference, DateTimeOffset ReceivedOn, bool IsTooMany);
}
