using System.Globalization;
using System.Text;
using Pipeline.Practices;
using Pipeline.Settings;
using Pipeline.Submissions;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>What an issue says, for the mail in both its forms and for the browser.</summary>
/// <param name="Entries">At most <see cref="MostEntries"/>.</param>
/// <param name="More">How many practices of the issue are not among the entries.</param>
/// <param name="UnsubscribeAddress">Null in the browser, where nobody is known.</param>
public sealed record DigestContent(
    Topic Topic, string Issue, IReadOnlyList<DigestContent.Entry> Entries, int More, string WebAddress, string ArchiveAddress,
    string SubscribeAddress, string SubmitAddress, string? UnsubscribeAddress)
{
    /// <summary>With the longest titles and names in any script the HTML stays well under 100 KiB, beyond which mail programs cut it.</summary>
    public const int MostEntries = 20;

    private const int ExcerptLength = 280;

    public static DigestContent Of(Topic topic, string issue, IReadOnlyList<Practice> practices, PipelineSettings settings, string? unsubscribeAddress) => new(
        topic,
        issue,
        [.. practices.Take(MostEntries).Select(practice => Entry.Of(practice, settings))],
        Math.Max(0, practices.Count - MostEntries),
        settings.Link($"digests/{topic.Id}/{issue}").AbsoluteUri,
        settings.Link($"digests/{topic.Id}").AbsoluteUri,
        settings.Link($"subscribe?topic={topic.Id}").AbsoluteUri,
        settings.Link("submit").AbsoluteUri,
        unsubscribeAddress);

    private int Count => Entries.Count + More;

    public string Subject => Count switch
    {
        0 => $"{Topic.Name}: nothing new this time",
        1 => $"{Topic.Name}: {Entries[0].Title}",
        _ => $"{Topic.Name}: {Entries[0].Title} and {Count - 1} more",
    };

    public string Opening => Count switch
    {
        0 => "No practice was published since the last digest.",
        1 => "One practice was published since the last digest.",
        _ => $"{Count} practices were published since the last digest.",
    };

    /// <summary>The text part: whole lines, no markup, every address on a line of its own.</summary>
    public string Text()
    {
        var text = new StringBuilder()
            .Append(Topic.Name).Append('\n')
            .Append("Digest of ").Append(DateOf(Issue)).Append("\n\n")
            .Append(Opening).Append('\n');
        foreach (var entry in Entries)
        {
            text.Append("\n* ").Append(entry.Title).Append('\n');
            if (entry.Byline is not null)
                text.Append("  ").Append(entry.Byline).Append('\n');
            text.Append("\n  ").Append(entry.Excerpt).Append("\n\n  ").Append(entry.Address).Append('\n');
        }

        if (More > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nand {More} more:\n{WebAddress}\n");
        text.Append("\n-- \nYou get this mail because you subscribed to “").Append(Topic.Name).Append("” and confirmed it.\n");
        if (UnsubscribeAddress is not null)
            text.Append("\nUnsubscribe:\n").Append(UnsubscribeAddress).Append('\n');
        return text.Append("\nRead in the browser:\n").Append(WebAddress).Append('\n').ToString();
    }

    /// <summary>"24 November 2026" of an issue's name, which begins with the date.</summary>
    public static string DateOf(string issue) =>
        issue.Length >= 10 && DateOnly.TryParseExact(issue[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)
            : issue;

    public sealed record Entry(string Title, string? Byline, string Excerpt, string Address)
    {
        public static Entry Of(Practice practice, PipelineSettings settings) => new(
            practice.Title,
            string.Join(" · ", new[] { Practices.Byline.Of(practice), practice.Country.Length > 0 ? Countries.NameOf(practice.Country) : null }
                .OfType<string>()) is { Length: > 0 } line ? line : null,
            Practices.Excerpt.Of(practice.Summary, ExcerptLength),
            settings.Link($"practices/{practice.Topic}/{practice.Reference}").AbsoluteUri);
    }
}
