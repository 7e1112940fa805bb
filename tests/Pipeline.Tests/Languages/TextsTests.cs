using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Pipeline.Functions.Pages;
using Pipeline.Languages;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Languages;

public sealed partial class TextsTests
{
    // Texts that may be the same in another language.
    private static readonly HashSet<string> SameEverywhere =
    [
        "Pipeline.Submissions.RuleTexts.FieldOrganisation",
        "Pipeline.Digests.DigestTexts.SubjectOne",
        "Pipeline.Functions.Pages.Layout.LayoutTexts.SiteNavigation",
        "Pipeline.Functions.Pages.Layout.LayoutTexts.ErrorTitle",
        "Pipeline.Functions.Pages.Layout.LayoutTexts.ErrorMark",
        "Pipeline.Functions.Pages.Submit.SubmitTexts.Organisation",
        "Pipeline.Functions.Pages.Reading.ReadingTexts.OrganisationLabel",
    ];

    public static TheoryData<string, string> TranslatedFiles => [.. Managers.Keys.SelectMany(
        name => Language.All.Where(language => language != Language.English).Select(language => (name, language.Code)))];

    private static readonly Dictionary<string, ResourceManager> Managers =
        new[] { typeof(Language).Assembly, typeof(Page).Assembly }
            .SelectMany(assembly => assembly.GetManifestResourceNames()
                .Select(name => (Assembly: assembly, Name: Path.GetFileNameWithoutExtension(name))))
            .Where(resource => resource.Name.EndsWith("Texts", StringComparison.Ordinal))
            .ToDictionary(resource => resource.Name, resource => new ResourceManager(resource.Name, resource.Assembly));

    [Theory]
    [MemberData(nameof(TranslatedFiles))]
    public void Every_text_exists_in_every_language(string name, string code)
    {
        var english = Texts(name, CultureInfo.InvariantCulture);
        var translated = Texts(name, CultureInfo.GetCultureInfo(code));

        Assert.Equal(english.Keys.Order(), translated.Keys.Order());
        foreach (var (key, text) in english)
        {
            Assert.True(translated[key].Trim().Length > 0, $"{name}.{code}: {key} is empty.");
            Assert.True(
                Placeholders(text).SequenceEqual(Placeholders(translated[key])),
                $"{name}.{code}: {key} does not have the placeholders of the English text: {translated[key]}");
            Assert.True(
                text != translated[key] || SameEverywhere.Contains($"{name}.{key}"), $"{name}.{code}: {key} is not translated: {text}");
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("fr")]
    [InlineData("es")]
    [InlineData("ar")]
    public void Every_country_has_a_name_in_every_language(string code)
    {
        var culture = code == Language.English.Code ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(code);
        var names = Texts(new ResourceManager("Pipeline.Text.CountryNames", typeof(Countries).Assembly), culture);

        Assert.Equal(249, names.Count);
        Assert.All(names, country =>
        {
            Assert.True(Countries.TryFind(country.Key, out _), $"{country.Key} is not the code of a country.");
            Assert.True(
                country.Value.Trim() == country.Value && country.Value.Length > 2, $"{country.Key} has no name in {code}.");
            Assert.DoesNotContain('\'', country.Value);
        });
        Assert.Equal(names.Count, names.Values.Distinct().Count());
    }

    private static Dictionary<string, string> Texts(string name, CultureInfo culture) => Texts(Managers[name], culture);

    private static Dictionary<string, string> Texts(ResourceManager manager, CultureInfo culture) =>
        manager.GetResourceSet(culture, createIfNotExists: true, tryParents: false)?.Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!) ?? [];

    private static IEnumerable<string> Placeholders(string text) =>
        Placeholder().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d+")]
    private static partial Regex Placeholder();
}
