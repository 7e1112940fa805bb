using System.Text;
using System.Xml;
using Pipeline.Functions.Pages.Layout;
using Pipeline.Text;

namespace Pipeline.Functions.Pages.Feeds;

/// <summary>The newest practices of a topic in Atom (RFC 4287).</summary>
public static class AtomFeed
{
    public const string ContentType = "application/atom+xml; charset=utf-8";

    private const string Namespace = "http://www.w3.org/2005/Atom";
    private const int MaxEntries = 50;
    private const int SummaryLength = 600;

    // Practices keep the language they were sent in.
    private const string UnknownLanguage = "und";

    // Atom requires a time of update, also of an empty feed.
    private static readonly DateTimeOffset BeforeAll = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly XmlWriterSettings Form = new() { Encoding = new UTF8Encoding(false), Indent = true };

    /// <summary>In the current language.</summary>
    /// <param name="newestFirst">
    /// Those without a time of publication are left out until the next sweep, as the time of an entry must not change. An edit does not
    /// change it: feed readers show updated entries as new.
    /// </param>
    public static byte[] Write(SiteOptions site, Topic topic, IReadOnlyList<Practice> newestFirst)
    {
        List<Practice> entries = [.. newestFirst.Where(practice => practice.ListedOn is not null).Take(MaxEntries)];
        var (language, page) = (Language.Current.Code, $"topics/{topic.Id}");
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Form))
        {
            xml.WriteStartElement("feed", Namespace);
            xml.WriteAttributeString("xml", "lang", null, language);
            Write(xml, "id", StableId.OfFeed(topic.Id, language));
            WriteText(xml, "title", $"{topic.Name} – {PageLayout.SiteName}");
            WriteText(xml, "subtitle", FeedTexts.Subtitle.With(topic.Name));
            WriteTime(xml, "updated", entries is [var newest, ..] ? newest.ListedOn!.Value : BeforeAll);
            WriteLink(xml, "self", AtomFeed.ContentType.Split(';')[0], site.Link($"{page}/feed?lang={language}"));
            WriteLink(xml, "alternate", "text/html", site.Link($"{page}?lang={language}"));
            WriteAuthor(xml, PageLayout.SiteName);
            foreach (var practice in entries)
                WriteEntry(xml, practice, site);
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static void WriteEntry(XmlWriter xml, Practice practice, SiteOptions site)
    {
        var reference = practice.Reference.ToString();
        xml.WriteStartElement("entry", Namespace);
        xml.WriteAttributeString("xml", "lang", null, UnknownLanguage);
        Write(xml, "id", StableId.OfEntry(practice.Topic, reference));
        WriteText(xml, "title", practice.Title);
        WriteTime(xml, "published", practice.ListedOn!.Value);
        WriteTime(xml, "updated", practice.ListedOn!.Value);
        WriteLink(xml, "alternate", "text/html", site.Link($"practices/{practice.Topic}/{reference}"));
        // Without a submitter the author is the feed's.
        if (Byline.Name(practice) is { Length: > 0 } name)
            WriteAuthor(xml, name);
        WriteText(xml, "summary", Excerpt.Of(practice.Summary, SummaryLength));
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, XmlSafe.Of(value));

    private static void WriteText(XmlWriter xml, string name, string text)
    {
        xml.WriteStartElement(name, Namespace);
        xml.WriteAttributeString("type", "text");
        xml.WriteString(XmlSafe.Of(text));
        xml.WriteEndElement();
    }

    private static void WriteTime(XmlWriter xml, string name, DateTimeOffset time) =>
        Write(xml, name, XmlConvert.ToString(time.UtcDateTime, "yyyy-MM-dd'T'HH:mm:ss'Z'"));

    private static void WriteAuthor(XmlWriter xml, string name)
    {
        xml.WriteStartElement("author", Namespace);
        Write(xml, "name", name);
        xml.WriteEndElement();
    }

    private static void WriteLink(XmlWriter xml, string relation, string type, Uri address)
    {
        xml.WriteStartElement("link", Namespace);
        xml.WriteAttributeString("rel", relation);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("href", address.AbsoluteUri);
        xml.WriteEndElement();
    }
}
