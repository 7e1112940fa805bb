using System.Security.Cryptography;

namespace Pipeline.Practices;

/// <summary>What readers may see of a topic at one moment.</summary>
/// <param name="NewestFirst">In the order of <see cref="PracticeCursor"/>; without the submitters' addresses.</param>
/// <param name="Version">A hash of all of it: the same in every process that holds the same, another one as soon as a word differs.</param>
/// <param name="WrittenOn">When the last of it was written, by the server's clock, as far as this process knows; null where nothing ever was.</param>
public sealed record PublishedSnapshot(IReadOnlyList<Practice> NewestFirst, string Version, DateTimeOffset? WrittenOn)
{
    /// <param name="hashes">Of each practice by <see cref="Hash"/>, in the same order.</param>
    internal static PublishedSnapshot Of(IReadOnlyList<Practice> newestFirst, IEnumerable<byte[]> hashes, DateTimeOffset? writtenOn)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var hash in hashes)
            whole.AppendData(hash);
        return new PublishedSnapshot(newestFirst, Convert.ToHexStringLower(whole.GetHashAndReset())[..32], writtenOn);
    }

    /// <summary>A hash of everything that is told of a practice.</summary>
    internal static byte[] Hash(Practice practice)
    {
        using var bytes = new MemoryStream();
        // Each text with its length before it, so that no two practices are written alike; broken UTF-16 throws nothing.
        using var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8);
        foreach (var text in (string[])
            [
                practice.Topic, practice.Reference.ToString(), practice.Title, practice.Summary, practice.Honorific, practice.Submitter,
                practice.Organisation, practice.Country, practice.Link, practice.DigestIssue,
            ])
            writer.Write(text);
        writer.Write(practice.SubmittedOn.UtcTicks);
        writer.Write(practice.PublishedOn?.UtcTicks ?? 0);
        writer.Flush();
        return SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
