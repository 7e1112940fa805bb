using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Pipeline.Topics;

/// <summary>Reads topics and schedules. Settings: Topics__n__… and, as defaults, Digest__Day, __Time, __TimeZone, __SkipEmpty.</summary>
public static partial class TopicSettings
{
    private const string Default = "Digest";

    /// <summary>Without Topics__0 there is one built-in topic, in all languages.</summary>
    public static TopicCatalog Read(SettingsReader settings)
    {
        var sections = settings.Entries("Topics");
        if (sections.Count == 0)
            return new TopicCatalog(
            [
                new Topic(
                    "mainstreaming-migration", InAllLanguages(nameof(TopicTexts.FirstTopic)),
                    InAllLanguages(nameof(TopicTexts.FirstTopicIntroduction)),
                    ReadSchedule(settings, Default)),
            ]);

        var topics = sections.Select(section => ReadTopic(settings, section)).ToImmutableArray();
        foreach (var twice in topics.GroupBy(topic => topic.Id).Where(group => group.Count() > 1))
            settings.AddMistake($"The topic '{twice.Key}' is set {twice.Count()} times under Topics. Use each id once.");
        return new TopicCatalog(topics);
    }

    private static Topic ReadTopic(SettingsReader settings, string section)
    {
        var id = settings.Required($"{section}:Id", "mainstreaming-migration");
        if (id.Length > 0 && (!IdPattern().IsMatch(id) || id == TopicId.Unknown.Value))
            settings.Invalid($"{section}:Id", $"1 to 50 lower-case letters, digits and hyphens, and not '{TopicId.Unknown}'", id);

        var name = settings.OneLine(
            $"{section}:Name", settings.Required($"{section}:Name", "Mainstreaming Migration into Development Planning"));
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
                    $"The setting {SettingsReader.DisplayName(name)} is for an unsupported language. "
                    + $"Use one of {string.Join(", ", Language.All.Select(each => each.Code))}.");
            else if (settings.Optional(name) is { } text)
                translations = translations.Add(language.Code, settings.OneLine(name, text));
        return translations;
    }

    /// <summary>A topic's own settings override the defaults one by one.</summary>
    private static DigestSchedule ReadSchedule(SettingsReader settings, string own)
    {
        string Name(string name) => settings.Optional($"{own}:{name}") is null ? $"{Default}:{name}" : $"{own}:{name}";

        var dayName = Name("Day");
        var dayText = settings.Required(dayName, "Monday (or Daily, or Always)");
        var (frequency, day) = dayText switch
        {
            "" => (DigestFrequency.Weekly, DayOfWeek.Monday),
            _ when SettingsReader.ParseName<DayOfWeek>(dayText) is { } weekday => (DigestFrequency.Weekly, weekday),
            _ when SettingsReader.ParseName<DigestFrequency>(dayText) is { } named and not DigestFrequency.Weekly =>
                (named, DayOfWeek.Monday),
            _ => settings.Invalid(dayName, "a weekday in English, Daily or Always", (DigestFrequency.Weekly, DayOfWeek.Monday)),
        };

        var timeName = Name("Time");
        var timeText = settings.Required(timeName, "09:00");
        if (!TimeOnly.TryParseExact(timeText, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && timeText.Length > 0)
            settings.Invalid(timeName, "a time of day such as 09:00", time);

        var zoneName = Name("TimeZone");
        var zoneText = settings.Required(zoneName, "Europe/Brussels");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zoneText, out var zone) && zoneText.Length > 0)
            settings.Invalid(zoneName, "the name of a time zone such as Europe/Brussels", zone);

        var skipName = Name("SkipEmpty");
        var skipEmpty = settings.Optional(skipName) switch
        {
            null => true,
            { } text when bool.TryParse(text, out var value) => value,
            _ => settings.Invalid(skipName, "true or false", true),
        };

        return new DigestSchedule(frequency, day, time, zone ?? TimeZoneInfo.Utc, skipEmpty);
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$")]
    private static partial Regex IdPattern();
}
