using CsCheck;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Core.Tests.Practices;

public sealed class ReferenceTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public void A_reference_has_twelve_characters_and_a_check_character_in_groups() =>
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]$", Reference.Of("anything").ToString());

    [Fact]
    // Links in mails contain references.
    public void A_reference_never_changes() => Assert.Equal("DQBC-882P-37NH-J", Reference.Of("Migra Movil").ToString());

    [Fact]
    public void A_printed_reference_is_read_back() => Gen.String.Sample(content =>
    {
        var reference = Reference.Of(content);
        Assert.True(Reference.TryParse(reference.ToString(), out var read));
        Assert.Equal(reference, read);
    });

    [Fact]
    public void Lower_case_missing_hyphens_and_look_alikes_are_read() => Gen.String.Sample(content =>
    {
        var reference = Reference.Of(content);
        var typed = reference.ToString().Replace("-", "").ToLowerInvariant().Replace('0', 'o').Replace('1', 'l');
        Assert.True(Reference.TryParse($" {typed} ", out var read));
        Assert.Equal(reference, read);
    });

    [Theory]
    [InlineData("DQBC–882P–37NH–J")]
    [InlineData("DQBC—882P―37NH‒J")]
    [InlineData("DQBC\u2011882P\u201037NH\u2212J")]
    [InlineData("DQBC\u00ad882P\u204337NH\ufe63J")]
    [InlineData("ＤＱＢＣ－８８２Ｐ－３７ＮＨ－Ｊ")]
    [InlineData("\u200eDQBC\u00a0882P\t37NH\u200b\u2060-J\ufeff")]
    [InlineData("dqbcー882pー37nhーj")]
    [InlineData("DQBC-882P-37NH-J.")]
    [InlineData("<DQBC-882P-37NH-J>,")]
    [InlineData("“DQBC-882P-37NH-J”。")]
    public void Hyphens_of_any_kind_and_what_surrounds_a_reference_in_a_text_are_read(string typed)
    {
        Assert.True(Reference.TryParse(typed, out var read));
        Assert.Equal(Reference.Of("Migra Movil"), read);
    }

    [Fact]
    public void Every_mistyped_character_is_found() =>
        Gen.Select(Gen.String, Gen.Int[0, 12], Gen.Int[1, 31]).Sample((content, position, shift) =>
        {
            var characters = Characters(content);
            characters[position] = Alphabet[(Alphabet.IndexOf(characters[position]) + shift) % 32];
            Assert.False(Reference.TryParse(new string(characters), out _));
        });

    [Fact]
    public void Every_two_swapped_characters_are_found() =>
        Gen.Select(Gen.String, Gen.Int[0, 12], Gen.Int[0, 12]).Sample((content, one, other) =>
        {
            var characters = Characters(content);
            if (characters[one] == characters[other])
                return;

            (characters[one], characters[other]) = (characters[other], characters[one]);
            Assert.False(Reference.TryParse(new string(characters), out _));
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("7KQ2")]
    [InlineData("UUUU-UUUU-UUUU-U")]
    [InlineData("00000000000000000000000000000000000000")]
    [InlineData("../../etc/passwd")]
    [InlineData("قققق-قققق-قققق-ق")]
    public void Other_text_is_not_a_reference(string? input) => Assert.False(Reference.TryParse(input, out _));

    private static char[] Characters(string content) => Reference.Of(content).ToString().Replace("-", "").ToCharArray();
}
