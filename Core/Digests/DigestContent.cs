using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;

namespace Pipeline.Digests;

/// <summary>The content of an issue's mail in the current language, as HTML and as text.</summary>
/// <param name="More">The number of practices that only the page at <paramref name="WebAddress"/> has.</param>
public sealed record DigestContent(
    Topic Topic, IssueName Issue, IReadOnlyList<DigestContent.Entry> Entries, int More, string WebAddress, string SubmitAddress,
    string UnsubscribeAddress)
{
    public const int MaxEntries = 20;

    // Mail programs cut off mails above 100 KiB. Entries with many escaped characters can exceed that.
    private const int MaxBytes = 90 * 1024;

    private const int ExcerptLength = 280;
    private const int TitleInSubject = 100;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static DigestContent Of(
        Topic topic, IssueName issue, IReadOnlyList<Practice> practices, SiteOptions site, string unsubscribeAddress)
    {
        var bytes = 0;
        Entry[] entries =
        [
            .. practices.Take(MaxEntries)
                .Select(practice => Entry.Of(practice, topic, site))
                .TakeWhile(entry => (bytes += entry.Bytes) <= MaxBytes),
        ];
        return new DigestContent(
            topic,
            issue,
            entries,
            practices.Count - entries.Length,
            site.Link($"digests/{topic.Id}/{issue}", Language.Current).AbsoluteUri,
            site.Link("submit", Language.Current).AbsoluteUri,
            unsubscribeAddress);
    }

    public static string HeadingOf(IssueName issue) => DigestTexts.Heading.With(issue.DisplayDate);

    /// <param name="count">The number of practices.</param>
    public static string OpeningOf(int count) => count switch
    {
        0 => DigestTexts.OpeningNone,
        1 => DigestTexts.OpeningOne,
        _ => DigestTexts.OpeningMany.With(count),
    };

    private int Count => Entries.Count + More;

    public string Subject
    {
        get
        {
            var topic = Direction.Isolate(Topic.Name.ToString());
            return Count switch
            {
                0 => DigestTexts.SubjectNone.With(topic),
                1 => DigestTexts.SubjectOne.With(topic, FirstTitle),
                2 => DigestTexts.SubjectTwo.With(topic, FirstTitle),
                _ => DigestTexts.SubjectMany.With(topic, FirstTitle, Count - 1),
            };
        }
    }

    private string FirstTitle => Direction.Isolate(Excerpt.Of(Entries[0].Title, TitleInSubject));

    public string Heading => HeadingOf(Issue);

    public string Opening => OpeningOf(Count);

    public string MoreLink => More == 1 ? DigestTexts.MoreOne : DigestTexts.MoreMany.With(More);

    public string PlainText()
    {
        var text = new StringBuilder().Append(Topic.Name).Append('\n').Append(Heading).Append("\n\n").Append(Opening).Append('\n');
        foreach (var entry in Entries)
        {
            // An admin may have pasted line breaks into the title.
            text.Append("\n* ").Append(Excerpt.Of(entry.Title, int.MaxValue)).Append('\n');
            if (entry.Byline is not null)
                text.Append(entry.Byline).Append('\n');
            text.Append('\n').Append(entry.Summary).Append('\n').Append(entry.Address).Append('\n');
        }

        if (More > 0)
            text.Append('\n').Append(More == 1 ? DigestTexts.PlainMoreOne : DigestTexts.PlainMoreMany.With(More))
                .Append('\n').Append(WebAddress).Append('\n');
        return MailLayout.Text(text.ToString(), TextFooter);
    }

    private string TextFooter =>
        $"""
        {DigestTexts.WhySubscribed.With(Topic.Name)}

        {DigestTexts.PlainUnsubscribe}
        {UnsubscribeAddress}

        {DigestTexts.PlainReadInBrowser}
        {WebAddress}

        {DigestTexts.PlainShare}
        {SubmitAddress}
        """;

    public sealed record Entry(string Title, string? Byline, string Summary, string Address)
    {
        public static Entry Of(Practice practice, Topic topic, SiteOptions site) => new(
            practice.Title,
            BylineOf(practice, topic),
            Excerpt.Of(practice.Summary, ExcerptLength),
            site.Link($"practices/{practice.Topic}/{practice.Reference}", Language.Current).AbsoluteUri);

        public int Bytes => 200 + Size(Title) + Size(Byline ?? "") + Size(Summary) + Size(Address);

        private static string? BylineOf(Practice practice, Topic topic)
        {
            string?[] parts = [Practices.Byline.Of(practice, topic), Countries.NamesOf(practice.Countries)];
            var byline = string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)));
            return byline.Length > 0 ? byline : null;
        }

        private static int Size(string text) => Encoding.UTF8.GetByteCount(Encoder.Encode(text));
    }
}
