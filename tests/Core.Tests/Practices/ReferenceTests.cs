using CsCheck;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Core.Tests.Practices;

public sealed class ReferenceTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public void Is_twelve_characters_and_a_check_character_in_groups()
    {
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]$", Reference.Of("anything").ToString());
    }

    [Fact]
    public void Stays_the_same_for_ever()
    {
        // Written down so that no change of the recipe goes unnoticed: addresses in mails of years ago depend on it.
        Assert.Equal("DQBC-882P-37NH-J", Reference.Of("Migra Movil").ToString());
    }

    [Fact]
    public void Survives_printing_and_reading() => Gen.String.Sample(content =>
    {
        var reference = Reference.Of(content);
        Assert.True(Reference.TryParse(reference.ToString(), out var read));
        Assert.Equal(reference, read);
    });

    [Fact]
    public void Reads_lower_case_without_hyphens_and_look_alikes() => Gen.String.Sample(content =>
    {
        var reference = Reference.Of(content);
        var sloppy = reference.ToString().Replace("-", "").ToLowerInvariant().Replace('0', 'o').Replace('1', 'l');
        Assert.True(Reference.TryParse($" {sloppy} ", out var read));
        Assert.Equal(reference, read);
    });

    [Fact]
    public void Finds_every_single_mistyped_character() =>
        Gen.Select(Gen.String, Gen.Int[0, 12], Gen.Int[1, 31]).Sample((content, position, shift) =>
        {
            var characters = Plain(content);
            characters[position] = Alphabet[(Alphabet.IndexOf(characters[position]) + shift) % 32];
            Assert.False(Reference.TryParse(new string(characters), out _));
        });

    [Fact]
    public void Finds_every_two_characters_that_changed_places() =>
        Gen.Select(Gen.String, Gen.Int[0, 12], Gen.Int[0, 12]).Sample((content, one, other) =>
        {
            var characters = Plain(content);
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
    public void Reads_nothing_else(string? input) => Assert.False(Reference.TryParse(input, out _));

    private static char[] Plain(string content) => Reference.Of(content).ToString().Replace("-", "").ToCharArray();
}
