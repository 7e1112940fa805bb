using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>Who submitted a practice and when, in the words of the site and in the current language.</summary>
public static class Byline
{
    /// <summary>"Submitted by Ms. Angelica Pinzon on 3 March 2026", of the day where the topic is at home; null where nobody is named.</summary>
    public static string? Of(Practice practice, Topic topic) => practice.Submitter.Length == 0
        ? null
        : BylineTexts.SubmittedBy.With(Name(practice), Language.Current.Date(topic.Schedule.DayOf(practice.SubmittedOn)));

    /// <summary>The honorific, if there is one, and the name.</summary>
    public static string Name(Practice practice) => $"{practice.Honorific} {practice.Submitter}".Trim();
}
