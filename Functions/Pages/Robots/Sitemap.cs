using System.Text;
using System.Xml;

namespace Pipeline.Functions.Pages.Robots;

/// <summary>Writes a sitemap (sitemaps.org) with the languages of each page.</summary>
public static class Sitemap
{
    public const string ContentType = "application/xml; charset=utf-8";

    /// <summary>The limit of one file. Older practices are found through the pages of their topic.</summary>
    public const int MaxAddresses = 50_000;

    private const string Namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private const string XhtmlNamespace = "http://www.w3.org/1999/xhtml";

    private static readonly XmlWriterSettings Form = new() { Encoding = new UTF8Encoding(false), Indent = true };

    public static byte[] Write(SiteOptions site, IEnumerable<SitemapEntry> entries)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Form))
        {
            xml.WriteStartElement("urlset", Namespace);
            xml.WriteAttributeString("xmlns", "xhtml", null, XhtmlNamespace);
            var addresses = entries.SelectMany(entry => Addresses(site, entry).Select(address => (address, entry)));
            foreach (var (address, entry) in addresses.Take(MaxAddresses))
            {
                xml.WriteStartElement("url", Namespace);
                xml.WriteElementString("loc", Namespace, address);
                if (entry.LastChanged is { } time)
                    xml.WriteElementString("lastmod", Namespace, XmlConvert.ToString(time.UtcDateTime, "yyyy-MM-dd"));
                if (entry.InAllLanguages)
                    WriteLanguages(xml, site, entry.Path);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static IEnumerable<string> Addresses(SiteOptions site, SitemapEntry entry) =>
        entry.InAllLanguages
            ? [Address(site, entry.Path), .. Language.All.Select(language => In(site, entry.Path, language))]
            : [Address(site, entry.Path)];

    private static void WriteLanguages(XmlWriter xml, SiteOptions site, string path)
    {
        foreach (var language in Language.All)
            WriteLanguage(xml, language.Code, In(site, path, language));
        WriteLanguage(xml, "x-default", Address(site, path));
    }

    private static void WriteLanguage(XmlWriter xml, string code, string address)
    {
        xml.WriteStartElement("link", XhtmlNamespace);
        xml.WriteAttributeString("rel", "alternate");
        xml.WriteAttributeString("hreflang", code);
        xml.WriteAttributeString("href", address);
        xml.WriteEndElement();
    }

    private static string In(SiteOptions site, string path, Language language) => Address(site, $"{path}?lang={language.Code}");

    private static string Address(SiteOptions site, string path) => site.Link(path).AbsoluteUri;
}
