using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Functions.Pages.Feeds;

/// <summary>
/// The id of a feed or an entry: urn:uuid:…, made of what it stands for. A reader takes what has a new id for something new, so no
/// address is in it: it stays the same when the site moves to another host, when its pages get other addresses, and when a title is mended.
/// </summary>
public static class StableId
{
    public static string OfFeed(string topic, string language) => Of($"feed {topic} {language}");

    public static string OfEntry(string topic, string reference) => Of($"practice {topic} {reference}");

    private static string Of(string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"Pipeline {name}"))[..16];
        // Version 8, of one's own making (RFC 9562, section 5.8), and the usual variant.
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return $"urn:uuid:{new Guid(bytes, bigEndian: true)}";
    }
}
