using System.Collections.Immutable;

namespace Pipeline.Languages;

/// <summary>A text that the settings may have in several languages, as the name of a topic.</summary>
/// <param name="Usual">Where there is no translation; in whatever language it is.</param>
/// <param name="Translations">By the code of the language.</param>
public sealed record LocalText(string Usual, ImmutableDictionary<string, string> Translations)
{
    public LocalText(string usual) : this(usual, ImmutableDictionary<string, string>.Empty)
    {
    }

    public static implicit operator LocalText(string usual) => new(usual);

    public string In(Language language) => Translations.GetValueOrDefault(language.Code, Usual);

    /// <summary>In the current language.</summary>
    public override string ToString() => In(Language.Current);
}
