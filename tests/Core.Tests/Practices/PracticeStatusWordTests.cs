using Pipeline.Practices;
using Xunit;

namespace Pipeline.Core.Tests.Practices;

public sealed class PracticeStatusWordTests
{
    [Theory]
    [InlineData("Published", PracticeStatus.Published)]
    [InlineData(" published ", PracticeStatus.Published)]
    [InlineData("APPROVED", PracticeStatus.Published)]
    [InlineData("ok", PracticeStatus.Published)]
    [InlineData("Declined.", PracticeStatus.Declined)]
    [InlineData("rejected", PracticeStatus.Declined)]
    [InlineData("pending", PracticeStatus.Pending)]
    [InlineData("", PracticeStatus.Pending)]
    [InlineData(null, PracticeStatus.Pending)]
    public void Forgives_case_spaces_and_other_words(string? typed, PracticeStatus expected) =>
        Assert.Equal(expected, PracticeStatusWord.Read(typed));

    [Theory]
    [InlineData("pubised")]
    [InlineData("1")]
    [InlineData("not published")]
    public void Does_not_guess(string typed) => Assert.Null(PracticeStatusWord.Read(typed));
}
