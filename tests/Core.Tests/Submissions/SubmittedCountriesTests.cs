using Pipeline.Languages;
using Pipeline.Submissions;
using Xunit;

namespace Pipeline.Core.Tests.Submissions;

public sealed class SubmittedCountriesTests
{
    private static readonly SubmissionRules Rules = new(Some.Topics);

    [Theory]
    [InlineData("cr", null, "CR")]
    [InlineData(null, "cr; jo", "CR JO")]
    [InlineData("MX", "SV, mx, CR", "MX SV CR")]
    [InlineData("MX SV", "", "MX SV")]
    [InlineData("F\u0001R\u200b", "\ufdd0m\u2060x", "FR MX")]
    [InlineData("", " ", "")]
    public void Country_and_countries_are_joined(string? country, string? countries, string codes) =>
        Assert.Equal(codes, Rules.Check(Some.Draft with { Country = country, Countries = countries }).Submission!.Country);

    [Theory]
    // Computed before a submission could have several countries.
    [InlineData(null, null, "KEPN-GGST-QD1Q-W")]
    [InlineData("", "", "KEPN-GGST-QD1Q-W")]
    [InlineData("CR", null, "2216-FSS0-23QH-V")]
    [InlineData(null, "cr", "2216-FSS0-23QH-V")]
    [InlineData(" cr ", "CR; cr", "2216-FSS0-23QH-V")]
    public void A_submission_with_one_country_or_none_has_the_same_reference_as_before(string? country, string? countries, string reference)
    {
        foreach (var language in (string?[])[null, "fr"])
            Assert.Equal(
                reference,
                Rules.Check(Some.Draft with { Country = country, Countries = countries, Language = language })
                    .Submission!.Reference.ToString());
    }

    [Theory]
    [InlineData("en", "Country is not known: Atlantis, XX; use the two letters of ISO 3166, such as CR for Costa Rica")]
    [InlineData(
        "fr",
        "Pays non reconnu\u00a0: Atlantis, XX\u00a0; utilisez les deux lettres de la norme ISO 3166, comme CR pour le Costa Rica")]
    [InlineData("es", "País no reconocido: Atlantis, XX; use las dos letras de la norma ISO 3166, como CR para Costa Rica")]
    [InlineData("ar", "بلد غير معروف: \u2068Atlantis\u2069, \u2068XX\u2069؛ يُكتب البلد بحرفيه في المعيار ISO 3166، مثل CR لكوستاريكا")]
    public async Task The_field_with_an_unknown_country_has_the_error(string language, string sentence)
    {
        var draft = Some.Draft with { Country = "MX", Countries = "SV, Atlantis; XX" };

        var (_, errors) = await Language.Find(language)!.RunAsync(() => Task.FromResult(Rules.Check(draft)));
        var (_, ofCountry) = Rules.Check(Some.Draft with { Country = "XX", Countries = "SV" });

        Assert.Equal(["countries"], errors.ToDictionary().Keys);
        Assert.Equal([sentence], errors.AllMessages);
        Assert.Equal(["country"], ofCountry.ToDictionary().Keys);
    }

    [Fact]
    public void There_can_be_twenty_countries()
    {
        const string twenty = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF";

        Assert.Equal(twenty, Rules.Check(Some.Draft with { Country = "AD", Countries = twenty }).Submission!.Country);
        var errors = Rules.Check(Some.Draft with { Country = "MX", Countries = twenty }).Errors.ToDictionary();
        Assert.Equal(["Name 20 countries or fewer; there are 21"], Assert.Single(errors, error => error.Key == "countries").Value);
        Assert.Equal(["country"], Rules.Check(Some.Draft with { Country = $"{twenty} MX" }).Errors.ToDictionary().Keys);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(" \u200b", null)]
    [InlineData("FR", "fr")]
    [InlineData("es-MX", "es")]
    [InlineData("a\u0001r\u2060", "ar")]
    public void The_language_is_that_of_the_field(string? typed, string? code) =>
        Assert.Equal(code, Rules.Check(Some.Draft with { Language = typed }).Submission!.Language?.Code);

    [Theory]
    [InlineData("de")]
    [InlineData("French")]
    public void An_unknown_language_is_refused(string typed) =>
        Assert.Equal([Language.Choose], Rules.Check(Some.Draft with { Language = typed }).Errors.For("language"));

    [Fact]
    public void A_message_has_the_codes_in_country_and_older_messages_are_read()
    {
        var several = Rules.Check(Some.Draft with { Countries = "MX, SV", Language = "es" }).Submission!;
        var message = SubmissionMessage.Write(several, DateTimeOffset.UnixEpoch, several.Language!);
        Assert.Contains("\"version\":1,", message);
        Assert.Contains("\"country\":\"MX SV\"", message);
        Assert.DoesNotContain("countries", message);

        var read = SubmissionMessage.Parse(message);
        Assert.Equal(several.Reference, Rules.Check(read.Draft!).Submission!.Reference);
        Assert.Equal("es", read.Language.Code);

        // The app never read these members of a message.
        var older = SubmissionMessage.Parse(
            "{\"version\":1,\"submittedOn\":\"2026-11-24T00:00:00Z\",\"topic\":\"mainstreaming-migration\",\"title\":\"Migra Movil\","
            + $"\"summary\":\"{Some.Summary}\",\"country\":\"CR\",\"countries\":[1],\"language\":\"tlh\"}}");
        Assert.Equal("2216-FSS0-23QH-V", Rules.Check(older.Draft!).Submission!.Reference.ToString());
        Assert.Equal("en", older.Language.Code);
    }
}
