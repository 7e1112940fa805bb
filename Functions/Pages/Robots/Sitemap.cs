using System.Text;
using System.Xml;
using Pipeline.Languages;
using Pipeline.Settings;

namespace Pipeline.Functions.Pages.Robots;

/// <summary>Writes the addresses of pages as sitemaps.org has it, with the languages of each as search engines read them.</summary>
public static class Sitemap
{
    public const string ContentType = "application/xml; charset=utf-8";

    /// <summary>As many as one file may name. Older practices beyond it are found through the pages of their topic.</summary>
    public const int MostAddresses = 50_000;

    private const string Namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private const string XhtmlNamespace = "http://www.w3.org/1999/xhtml";

    private static readonly XmlWriterSettings Form = new() { Encoding = new UTF8Encoding(false), Indent = true };

    public static byte[] Write(PipelineSettings settings, IEnumerable<SitemapEntry> entries)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Form))
        {
            xml.WriteStartElement("urlset", Namespace);
            xml.WriteAttributeString("xmlns", "xhtml", null, XhtmlNamespace);
            foreach (var (address, entry) in entries.SelectMany(entry => Addresses(settings, entry).Select(address => (address, entry))).Take(MostAddresses))
            {
                xml.WriteStartElement("url", Namespace);
                xml.WriteElementString("loc", Namespace, address);
                if (entry.LastChanged is { } time)
                    xml.WriteElementString("lastmod", Namespace, XmlConvert.ToString(time.UtcDateTime, "yyyy-MM-dd"));
                if (entry.InAllLanguages)
                    WriteLanguages(xml, settings, entry.Path);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static IEnumerable<string> Addresses(PipelineSettings settings, SitemapEntry entry) =>
        entry.InAllLanguages ? [Address(settings, entry.Path), .. Language.All.Select(language => In(settings, entry.Path, language))] : [Address(settings, entry.Path)];

    private static void WriteLanguages(XmlWriter xml, PipelineSettings settings, string path)
    {
        foreach (var language in Language.All)
            WriteLanguage(xml, language.Code, In(settings, path, language));
        WriteLanguage(xml, "x-default", Address(settings, path));
    }

    private static void WriteLanguage(XmlWriter xml, string code, string address)
    {
        xml.WriteStartElement("link", XhtmlNamespace);
        xml.WriteAttributeString("rel", "alternate");
        xml.WriteAttributeString("hreflang", code);
        xml.WriteAttributeString("href", address);
        xml.WriteEndElement();
    }

    private static string In(PipelineSettings settings, string path, Language language) => Address(settings, $"{path}?lang={language.Code}");

    private static string Address(PipelineSettings settings, string path) => settings.Link(path).AbsoluteUri;
}
