using Pipeline.Languages;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class CountriesTests
{
    [Theory]
    [InlineData("en", "BO", "Bolivia (Plurinational State of)")]
    [InlineData("en", "CI", "Côte d’Ivoire")]
    [InlineData("en", "EH", "Western Sahara")]
    [InlineData("en", "PS", "State of Palestine")]
    [InlineData("en", "TR", "Türkiye")]
    [InlineData("en", "TW", "Taiwan (Province of China)")]
    [InlineData("fr", "GB", "Royaume-Uni de Grande-Bretagne et d’Irlande du Nord")]
    [InlineData("es", "MD", "República de Moldova")]
    [InlineData("ar", "JO", "الأردن")]
    [InlineData("en", "??", "??")]
    public Task Names_are_those_of_the_United_Nations(string language, string code, string name) =>
        InAsync(language, () => Assert.Equal(name, Countries.NameOf(code)));

    [Theory]
    [InlineData("en", "AF", "AX", "AL")]
    [InlineData("fr", "EG", "SV", "AE", "EC", "ER", "ES")]
    [InlineData("es", "EE", "SZ", "ET")]
    [InlineData("es", "DZ", "AR", "AM")]
    [InlineData("ar", "BH", "BR", "PT", "BA")]
    public Task Countries_are_sorted_as_the_language_does(string language, params string[] neighbours) => InAsync(language, () =>
    {
        string[] all = [.. Countries.All.Select(country => country.Code)];

        Assert.Equal(249, all.Length);
        var first = Array.IndexOf(all, neighbours[0]);
        Assert.Equal(neighbours, all[first..(first + neighbours.Length)]);
    });

    [Fact]
    public Task The_list_is_created_once() => InAsync("fr", () => Assert.Same(Countries.All, Countries.All));

    [Theory]
    [InlineData(" cr ", "CR")]
    [InlineData("Cr", "CR")]
    public void A_code_is_found_in_any_case(string input, string code)
    {
        Assert.True(Countries.TryFind(input, out var found));
        Assert.Equal(code, found);
    }

    private static Task InAsync(string language, Action act) => Language.Find(language)!.RunAsync(() =>
    {
        act();
        return Task.FromResult(true);
    });
}
