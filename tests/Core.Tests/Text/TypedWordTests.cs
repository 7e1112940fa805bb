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
    public void Shows_as_much_of_it_as_fits_in_a_sentence(string typed, string sentence) => Assert.Equal(sentence, TypedWord.NotUnderstood(typed));
}
