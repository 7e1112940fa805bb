using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Languages;

/// <summary>A language of pages and mails. Its texts are in *Texts.{code}.resx; English is in *Texts.resx.</summary>
/// <remarks>Texts, dates and numbers follow the current culture: render inside <see cref="RunAsync{T}"/>.</remarks>
public sealed record Language(string Code, string NativeName, string DatePattern)
{
    public static readonly Language English = new("en", "English", "d MMMM yyyy");

    public static readonly IReadOnlyList<Language> All =
    [
        English,
        new("fr", "Français", "d MMMM yyyy"),
        new("es", "Español", "d 'de' MMMM 'de' yyyy"),
        new("ar", "العربية", "d MMMM yyyy"),
    ];

    /// <summary>Error message for a request that names none of the languages.</summary>
    public static string Choose => $"Choose a language: {string.Join(", ", All.Select(language => language.Code))}";

    /// <summary>The language of the current UI culture, or English.</summary>
    public static Language Current => Find(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName) ?? English;

    public CultureInfo Culture => CultureInfo.GetCultureInfo(Code);

    public string Direction => Culture.TextInfo.IsRightToLeft ? "rtl" : "ltr";

    /// <summary>Finds a language by its tag (fr, fr-CA), ignoring case and invisible characters. Null if there is none.</summary>
    public static Language? Find(string? tag) => Named(tag) ?? Named(Identifiers.Clean(tag).Split('-', '_')[0]);

    /// <summary>The language that Accept-Language prefers, or English.</summary>
    public static Language Preferred(StringValues acceptLanguage) =>
        StringWithQualityHeaderValue.TryParseList(acceptLanguage, out var accepted)
            ? accepted.Where(each => each.Quality is not 0).OrderByDescending(each => each.Quality ?? 1)
                .Select(each => Find(each.Value.Value)).FirstOrDefault(language => language is not null) ?? English
            : English;

    /// <summary>Makes it the language of all threads that set none, whatever the language of the machine is.</summary>
    public void SetAsDefault() => CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = Culture;

    public async Task<T> RunAsync<T>(Func<Task<T>> write)
    {
        // Both are async-local: they do not leak to the caller.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Culture;
        return await write();
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> write) => RunAsync(async () =>
    {
        await write();
        return true;
    });

    /// <summary>Formats a number with group separators: "10,000", "10 000".</summary>
    // Digits are Latin in every language. U+066C, the separator of Arabic, belongs to Arabic digits.
    public string Number(int number) => number.ToString("N0", Culture).Replace('\u066c', ',');

    /// <summary>Formats the UTC date: "3 March 2026", "3 de marzo de 2026".</summary>
    public string Date(DateTimeOffset time) => Date(DateOnly.FromDateTime(time.UtcDateTime));

    // French writes the first of a month as an ordinal.
    public string Date(DateOnly day) => day.ToString(Code == "fr" && day.Day == 1 ? "'1er' MMMM yyyy" : DatePattern, Culture);

    private static Language? Named(string? code) =>
        All.FirstOrDefault(language => language.Code.Equals(code, StringComparison.OrdinalIgnoreCase));
}
