using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Functions.Pages.Feeds;

/// <summary>
/// The id of a feed or an entry (urn:uuid:…). It depends on no address and no title, as feed readers show an entry with a new id as new.
/// </summary>
public static class StableId
{
    public static string OfFeed(string topic, string language) => Of($"feed {topic} {language}");

    public static string OfEntry(string topic, string reference) => Of($"practice {topic} {reference}");

    private static string Of(string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"Pipeline {name}"))[..16];
        // Version 8 (RFC 9562, section 5.8).
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return $"urn:uuid:{new Guid(bytes, bigEndian: true)}";
    }
}
