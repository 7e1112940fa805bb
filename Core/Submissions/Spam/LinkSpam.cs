using System.Text.RegularExpressions;

namespace Pipeline.Submissions.Spam;

public static partial class LinkSpam
{
    // Three sources with little text are legitimate. A practice with ten sources has sentences that outweigh them.
    private const int MinAddresses = 4;

    public static bool IsMostlyLinks(Submission submission)
    {
        var inSummary = WebAddress().Matches(submission.Summary);
        return inSummary.Count + WebAddress().Count(submission.Title) >= MinAddresses
            && inSummary.Sum(address => address.Length) * 2 > submission.Summary.Length;
    }

    // ASCII except spaces, quotes and angle brackets. Other characters are text: some scripts write without spaces.
    [GeneratedRegex("(?:https?://|www\\.)[!#-;=?-~]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WebAddress();
}
