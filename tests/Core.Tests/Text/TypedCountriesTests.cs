using CsCheck;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class TypedCountriesTests
{
    [Theory]
    [InlineData("MX", "MX")]
    [InlineData("MX SV", "MX SV")]
    [InlineData("mx, sv", "MX SV")]
    [InlineData("mx et", "MX ET")]
    [InlineData("MX;SV\nCR\t JO، MA", "MX SV CR JO MA")]
    [InlineData("SV MX SV mx", "SV MX")]
    [InlineData("ＭＸ，ｓｖ", "MX SV")]
    [InlineData("F\u0001R\u200b \ufeffM\u2060X\ufdd0", "FR MX")]
    [InlineData(" , ; ", "")]
    [InlineData("\u3164", "")]
    [InlineData("CR; \u3164, \u200b", "CR")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Codes_are_read(string? typed, string codes) =>
        Assert.Equal((codes, 0), (string.Join(' ', TypedCountries.Read(typed).Codes), TypedCountries.Read(typed).Unknown.Count));

    [Theory]
    [InlineData("XX", "", "XX")]
    [InlineData("MX, XX, SV", "MX SV", "XX")]
    [InlineData("MX XX SV", "", "MX XX SV")]
    [InlineData("Atlantis; MX, Costa Rica", "MX", "Atlantis|Costa Rica")]
    [InlineData("CRI", "", "CRI")]
    [InlineData("???", "", "???")]
    [InlineData("CR; ™", "CR", "™")]
    [InlineData("San Martín", "", "San Martín")]
    [InlineData("x1,x2,x3,x4,x5,x6", "", "x1|x2|x3|x4|x5")]
    public void What_is_not_understood_is_named(string typed, string codes, string unknown)
    {
        var read = TypedCountries.Read(typed);

        Assert.Equal((codes, unknown), (string.Join(' ', read.Codes), string.Join('|', read.Unknown)));
    }

    [Fact]
    public void Half_a_character_is_not_understood() => Assert.Equal(["…"], TypedCountries.Read($"MX {'\ud800'}").Unknown);

    [Fact]
    public void A_long_text_is_read_at_once_and_shown_cut()
    {
        var read = TypedCountries.Read(string.Concat(Enumerable.Repeat("United Kingdom of ", 14_000)));

        Assert.Empty(read.Codes);
        Assert.Equal("United Kingdom of United Kingdom of Unit…", Assert.Single(read.Unknown));
    }

    [Fact]
    public void Read_never_throws_and_understands_its_own_codes() => Gen.String.Sample(typed =>
    {
        var codes = string.Join(' ', TypedCountries.Read(typed).Codes);

        Assert.Equal((codes, 0), (string.Join(' ', TypedCountries.Read(codes).Codes), TypedCountries.Read(codes).Unknown.Count));
    });
}
