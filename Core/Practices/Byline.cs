using Pipeline.Languages;

namespace Pipeline.Practices;

/// <summary>Who submitted a practice and when, in the words of the site and in the current language.</summary>
public static class Byline
{
    /// <summary>"Submitted by Ms. Angelica Pinzon on 3 March 2026"; null where nobody is named.</summary>
    public static string? Of(Practice practice) =>
        practice.Submitter.Length == 0 ? null : BylineTexts.SubmittedBy.With(Name(practice), Date(practice.SubmittedOn));

    /// <summary>The honorific, if there is one, and the name.</summary>
    public static string Name(Practice practice) => $"{practice.Honorific} {practice.Submitter}".Trim();

    /// <summary>"3 March 2026", of the day in UTC.</summary>
    public static string Date(DateTimeOffset time) => Language.Current.Date(time);
}
