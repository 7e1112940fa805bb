using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Languages;

/// <summary>
/// A language that pages and mails are written in. The texts lie in *Texts.resx and, translated, in *Texts.fr.resx and so on; they,
/// dates and numbers follow the current culture, so whatever people are to read is written inside <see cref="RunAsync"/>.
/// </summary>
/// <param name="Code">Of ISO 639-1, as in lang="fr".</param>
/// <param name="OwnName">As its speakers write it.</param>
/// <param name="DatePattern">Of a day.</param>
public sealed record Language(string Code, string OwnName, string DatePattern)
{
    public static readonly Language English = new("en", "English", "d MMMM yyyy");

    public static readonly IReadOnlyList<Language> All =
    [
        English,
        new("fr", "Français", "d MMMM yyyy"),
        new("es", "Español", "d 'de' MMMM 'de' yyyy"),
        new("ar", "العربية", "d MMMM yyyy"),
    ];

    /// <summary>What to tell a program that named none of them.</summary>
    public static string Choose => $"Choose a language: {string.Join(", ", All.Select(language => language.Code))}";

    /// <summary>The one that is being written in; English where nobody chose.</summary>
    public static Language Current => Find(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName) ?? English;

    public CultureInfo Culture => CultureInfo.GetCultureInfo(Code);

    /// <summary>For the attribute dir: ltr or rtl.</summary>
    public string Direction => Culture.TextInfo.IsRightToLeft ? "rtl" : "ltr";

    /// <summary>The language with this code, in any case; null where it is none of ours.</summary>
    public static Language? Find(string? code) => code is null ? null : All.FirstOrDefault(language => language.Code.Equals(code.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>The first of ours that the header Accept-Language asks for; English where it names none.</summary>
    public static Language Preferred(StringValues acceptLanguage) =>
        StringWithQualityHeaderValue.TryParseList(acceptLanguage, out var wanted)
            ? wanted.Where(each => each.Quality is not 0).OrderByDescending(each => each.Quality ?? 1)
                .Select(each => Find(each.Value.Value?.Split('-')[0])).FirstOrDefault(language => language is not null) ?? English
            : English;

    /// <summary>Runs it with this language as the current one, to its end and no longer.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> write)
    {
        // Both flow with the execution context of this method into whatever it awaits, and never out of it.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Culture;
        return await write();
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> write) => RunAsync(async () =>
    {
        await write();
        return true;
    });

    /// <summary>A whole number with its thousands apart: "10,000", "10 000".</summary>
    // The digits are Latin in every language; the mark that Arabic has between thousands goes with its own digits only.
    public string Number(int number) => number.ToString("N0", Culture).Replace('\u066c', ',');

    /// <summary>The day of a time in UTC: "3 March 2026", "3 de marzo de 2026".</summary>
    public string Date(DateTimeOffset time) => Date(DateOnly.FromDateTime(time.UtcDateTime));

    // The first of a month is an ordinal in French.
    public string Date(DateOnly day) => day.ToString(Code == "fr" && day.Day == 1 ? "'1er' MMMM yyyy" : DatePattern, Culture);
}
