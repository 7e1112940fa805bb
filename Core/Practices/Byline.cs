namespace Pipeline.Practices;

/// <summary>Formats who submitted a practice and when, in the current language.</summary>
public static class Byline
{
    /// <summary>"Submitted by Ms. Angelica Pinzon on 3 March 2026", in the topic's time zone; null without a submitter.</summary>
    public static string? Of(Practice practice, Topic topic) => practice switch
    {
        { Submitter.Length: 0 } => null,
        { SubmittedOn: { } time } => BylineTexts.SubmittedBy.With(Name(practice), Language.Current.Date(topic.Schedule.DayOf(time))),
        _ => BylineTexts.SubmittedByWithoutDate.With(Name(practice)),
    };

    public static string Name(Practice practice) => $"{practice.Honorific} {practice.Submitter}".Trim();
}
