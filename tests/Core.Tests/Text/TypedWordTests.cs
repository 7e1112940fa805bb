using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class TypedWordTests
{
    [Theory]
    [InlineData(" yess ", "“yess” is not understood")]
    [InlineData("1234567890123456789012345678901234567890", "“1234567890123456789012345678901234567890” is not understood")]
    [InlineData("12345678901234567890123456789012345678901", "“1234567890123456789012345678901234567890…” is not understood")]
    [InlineData("123456789012345678901234567890123456789😀", "“123456789012345678901234567890123456789…” is not understood")]
    public void A_long_word_is_shortened(string typed, string sentence) =>
        Assert.Equal(sentence, TypedWord.NotUnderstood(typed));

    [Theory]
    [InlineData("\ufffePublished", "PUBLISHED")]
    [InlineData("Published\ud800", "PUBLISHED")]
    [InlineData("\udc00Published\uffff", "PUBLISHED")]
    public void Characters_that_are_not_Unicode_are_ignored(string typed, string word) => Assert.Equal(word, TypedWord.Normalize(typed));
}
