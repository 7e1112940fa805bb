using CsCheck;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class ExcerptTests
{
    [Theory]
    [InlineData("Short.", 40, "Short.")]
    [InlineData("Two\n\nlines", 40, "Two lines")]
    [InlineData("A bus goes to the border. It brings advice to people.", 40, "A bus goes to the border.")]
    [InlineData("A bus that goes to the border and brings advice", 30, "A bus that goes to the border…")]
    [InlineData("One😀😀😀😀😀😀😀😀😀😀", 20, "One😀😀😀😀😀😀😀😀…")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀", 20, "😀😀😀😀😀😀😀😀😀…")]
    [InlineData("Version 2.0 of a plan without any end of a sentence", 30, "Version 2.0 of a plan without…")]
    public void Cuts_at_a_sentence_or_else_at_a_word(string text, int most, string expected) => Assert.Equal(expected, Excerpt.Of(text, most));

    [Fact]
    public void Is_never_longer_than_asked_and_never_cuts_a_character_in_two() =>
        Gen.Select(Gen.Int[0, 5].Select(i => new[] { "a", "é", "😀", " ", ". ", "م" }[i]).Array[0, 200], Gen.Int[20, 60]).Sample((parts, most) =>
        {
            var excerpt = Excerpt.Of(string.Concat(parts), most);
            Assert.InRange(excerpt.Length, 0, most);
            Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(excerpt)));
        });

    [Fact]
    public void Leaves_no_direction_open_where_it_cuts() =>
        Assert.Equal("one two three…", Excerpt.Of("one \u2067two three four five\u2069 six", 18));
}
