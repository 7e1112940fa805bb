using System.Security.Cryptography;

namespace Pipeline.Practices;

/// <param name="NewestFirst">In the order of <see cref="PracticeCursor"/>; without submitters' addresses.</param>
/// <param name="Version">Hash of all content. Equal content has the same version in every process.</param>
/// <param name="LastModified">Latest server time of a write that this process knows; null if there is none.</param>
public sealed record PublishedSnapshot(IReadOnlyList<Practice> NewestFirst, string Version, DateTimeOffset? LastModified)
{
    /// <param name="hashes">Result of <see cref="Hash"/> for each practice, in the same order.</param>
    internal static PublishedSnapshot Of(IReadOnlyList<Practice> newestFirst, IEnumerable<byte[]> hashes, DateTimeOffset? lastModified)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var hash in hashes)
            whole.AppendData(hash);
        return new PublishedSnapshot(newestFirst, Convert.ToHexStringLower(whole.GetHashAndReset())[..32], lastModified);
    }

    internal static byte[] Hash(Practice practice)
    {
        using var bytes = new MemoryStream();
        // Length-prefixed texts cannot collide, and this encoding does not throw on invalid UTF-16.
        using var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8);
        foreach (var text in (string[])
            [
                practice.Topic, practice.Reference.ToString(), practice.Title, practice.Summary, practice.Honorific, practice.Submitter,
                practice.Organisation, practice.Country, practice.Link, practice.DigestIssue,
            ])
            writer.Write(text);
        foreach (var time in (DateTimeOffset?[])[practice.SubmittedOn, practice.PublishedOn, practice.ListedOn])
            writer.Write(time?.UtcTicks ?? 0);
        writer.Write(practice.IsStatusUnclear);
        writer.Flush();
        return SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
