using System.Text.RegularExpressions;

namespace Pipeline.Submissions.Spam;

/// <summary>Detects submissions with many web addresses and little other text.</summary>
public static partial class LinkSpam
{
    /// <summary>Number of different addresses, or of the same one, that can be spam. Three sources never are.</summary>
    public const int MinAddresses = 4;

    private const int SequencesPerAddress = 8;

    private static readonly char[] EndsOfSentence = ['/', '.', ',', ';', ':', ')'];

    public static bool IsMostlyLinks(Submission submission)
    {
        var (title, summary) = (ComparableText.Of(submission.Title), ComparableText.Of(submission.Summary));
        // HTML has each address twice: in the link, and as its text.
        var counts = WebAddress().Matches(summary).Concat(WebAddress().Matches(title))
            .CountBy(address => address.Groups["rest"].Value.TrimEnd(EndsOfSentence), StringComparer.OrdinalIgnoreCase)
            .Select(each => each.Value).ToList();
        var addresses = Math.Max(counts.Count, counts.DefaultIfEmpty().Max());
        return addresses >= MinAddresses
            && ComparableText.CountSequences(WebAddress().Replace(summary, "")) < addresses * SequencesPerAddress;
    }

    // ASCII except spaces, quotes and angle brackets. Other characters are text: some scripts write without spaces.
    [GeneratedRegex(@"(?:https?://(?:www\.)?|www\.)(?<rest>[!#-;=?-~]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WebAddress();
}
