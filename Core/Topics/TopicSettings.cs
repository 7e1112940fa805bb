using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Topics;

/// <summary>Reads the topics and their schedules. Settings: Topics__n__… and, for all topics, Digest__Day, __Time, __TimeZone, __SkipEmpty.</summary>
public static partial class TopicSettings
{
    private const string Default = "Digest";

    /// <summary>Without Topics__0 there is the first topic, in all languages.</summary>
    public static TopicCatalog Read(SettingsReader settings)
    {
        var sections = settings.Entries("Topics");
        if (sections.Count == 0)
            return new TopicCatalog(
            [
                new Topic(
                    "mainstreaming-migration", InAllLanguages(nameof(TopicTexts.FirstTopic)), InAllLanguages(nameof(TopicTexts.FirstTopicIntroduction)),
                    ReadSchedule(settings, Default)),
            ]);

        var topics = sections.Select(section => ReadTopic(settings, section)).ToImmutableArray();
        foreach (var twice in topics.GroupBy(topic => topic.Id).Where(group => group.Count() > 1))
            settings.AddMistake($"The topic '{twice.Key}' is set {twice.Count()} times under Topics; each id may be there once.");
        return new TopicCatalog(topics);
    }

    private static Topic ReadTopic(SettingsReader settings, string section)
    {
        var id = settings.Required($"{section}:Id", "mainstreaming-migration");
        if (id.Length > 0 && (!IdForm().IsMatch(id) || id == TopicId.Unknown.Value))
            settings.Wrong($"{section}:Id", $"1 to 50 lower-case letters, digits and hyphens, and not '{TopicId.Unknown}'", id);

        var name = settings.OneLine($"{section}:Name", settings.Required($"{section}:Name", "Mainstreaming Migration into Development Planning"));
        var introduction = settings.OneLine($"{section}:Introduction", settings.Optional($"{section}:Introduction") ?? "");
        return new Topic(
            id,
            new LocalText(name, ReadTranslations(settings, $"{section}:Names")),
            new LocalText(introduction, ReadTranslations(settings, $"{section}:Introductions")),
            ReadSchedule(settings, $"{section}:Digest"));
    }

    private static LocalText InAllLanguages(string text)
    {
        string In(Language language) => TopicTexts.ResourceManager.GetString(text, language.Culture)!;

        return new LocalText(In(Language.English), Language.All.ToImmutableDictionary(language => language.Code, In));
    }

    private static ImmutableDictionary<string, string> ReadTranslations(SettingsReader settings, string section)
    {
        var translations = ImmutableDictionary<string, string>.Empty;
        foreach (var name in settings.Entries(section))
            if (Language.Find(name.Split(':')[^1]) is not { } language)
                settings.AddMistake(
                    $"The setting {SettingsReader.Shown(name)} is for a language that the pages are not in; they are in {string.Join(", ", Language.All.Select(each => each.Code))}.");
            else if (settings.Optional(name) is { } text)
                translations = translations.Add(language.Code, settings.OneLine(name, text));
        return translations;
    }

    /// <summary>A topic may have a day, a time or a time zone of its own. What it leaves out is as for all.</summary>
    private static DigestSchedule ReadSchedule(SettingsReader settings, string own)
    {
        string Name(string name) => settings.Optional($"{own}:{name}") is null ? $"{Default}:{name}" : $"{own}:{name}";

        var dayName = Name("Day");
        var dayText = settings.Required(dayName, "Monday (or Daily, or Always)");
        var (rhythm, day) = dayText switch
        {
            "" => (DigestRhythm.Weekly, DayOfWeek.Monday),
            _ when SettingsReader.Named<DayOfWeek>(dayText) is { } weekday => (DigestRhythm.Weekly, weekday),
            _ when SettingsReader.Named<DigestRhythm>(dayText) is { } named and not DigestRhythm.Weekly => (named, DayOfWeek.Monday),
            _ => settings.Wrong(dayName, "a weekday in English, Daily or Always", (DigestRhythm.Weekly, DayOfWeek.Monday)),
        };

        var timeName = Name("Time");
        var timeText = settings.Required(timeName, "09:00");
        if (!TimeOnly.TryParseExact(timeText, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && timeText.Length > 0)
            settings.Wrong(timeName, "a time of day as 09:00", time);

        var zoneName = Name("TimeZone");
        var zoneText = settings.Required(zoneName, "Europe/Brussels");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zoneText, out var zone) && zoneText.Length > 0)
            settings.Wrong(zoneName, "a time zone's name as Europe/Brussels", zone);

        var skipName = Name("SkipEmpty");
        var skipEmpty = settings.Optional(skipName) switch
        {
            null => true,
            { } text when bool.TryParse(text, out var value) => value,
            _ => settings.Wrong(skipName, "true or false", true),
        };

        return new DigestSchedule(rhythm, day, time, zone ?? TimeZoneInfo.Utc, skipEmpty);
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$")]
    private static partial Regex IdForm();
}
