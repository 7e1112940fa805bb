using System.Text;
using CsCheck;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class ExcerptTests
{
    private static readonly Gen<string> Parts = Gen.Int[0, 5].Select(i => new[] { "a", "é", "😀", " ", ". ", "م" }[i]);

    [Theory]
    [InlineData("Short.", 40, "Short.")]
    [InlineData("Two\n\nlines", 40, "Two lines")]
    [InlineData("A bus goes to the border. It brings advice to people.", 40, "A bus goes to the border.")]
    [InlineData("A bus that goes to the border and brings advice", 30, "A bus that goes to the border…")]
    [InlineData("One😀😀😀😀😀😀😀😀😀😀", 20, "One😀😀😀😀😀😀😀😀…")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀", 20, "😀😀😀😀😀😀😀😀😀…")]
    [InlineData("Version 2.0 of a plan without any end of a sentence", 30, "Version 2.0 of a plan without…")]
    public void Text_is_cut_at_a_sentence_or_at_a_word(string text, int maxLength, string expected) =>
        Assert.Equal(expected, Excerpt.Of(text, maxLength));

    [Fact]
    public void An_excerpt_is_not_too_long_and_splits_no_character() =>
        Gen.Select(Parts.Array[0, 200], Gen.Int[20, 60]).Sample((parts, maxLength) =>
        {
            var excerpt = Excerpt.Of(string.Concat(parts), maxLength);
            Assert.InRange(excerpt.Length, 0, maxLength);
            Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(excerpt)));
        });

    [Fact]
    public void An_excerpt_leaves_no_direction_mark_open() =>
        Assert.Equal("one two three…", Excerpt.Of("one \u2067two three four five\u2069 six", 18));
}
