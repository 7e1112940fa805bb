using System.Text.RegularExpressions;

namespace Pipeline.Submissions.Spam;

/// <summary>Whether a submission is a list of links with a little text around it.</summary>
public static partial class LinkSpam
{
    // A practice may well name its three sources and say little else. With four and more, and more address than text, nobody has
    // described anything yet: a practice with ten sources still has some sentences on what was done, which outweigh them.
    private const int MinAddresses = 4;

    public static bool IsMostlyLinks(Submission submission)
    {
        var inSummary = WebAddress().Matches(submission.Summary);
        return inSummary.Count + WebAddress().Count(submission.Title) >= MinAddresses
            && inSummary.Sum(address => address.Length) * 2 > submission.Summary.Length;
    }

    // The characters of ASCII but spaces, quotes and angle brackets. In scripts that write without spaces the text goes on right
    // after an address; so what is not ASCII is taken for text.
    [GeneratedRegex("(?:https?://|www\\.)[!#-;=?-~]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WebAddress();
}
