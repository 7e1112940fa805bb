using System.Collections.Immutable;

namespace Pipeline.Languages;

/// <summary>A configured text with translations, such as the name of a topic.</summary>
/// <param name="Default">Used if there is no translation; in any language.</param>
public sealed record LocalText(string Default, ImmutableDictionary<string, string> Translations)
{
    public LocalText(string text) : this(text, ImmutableDictionary<string, string>.Empty)
    {
    }

    public static implicit operator LocalText(string text) => new(text);

    public string In(Language language) => Translations.GetValueOrDefault(language.Code, Default);

    public override string ToString() => In(Language.Current);
}
