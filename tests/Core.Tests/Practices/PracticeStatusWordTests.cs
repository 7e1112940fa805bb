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
    public void Case_spaces_and_synonyms_are_accepted(string? typed, PracticeStatus expected) =>
        Assert.Equal(expected, PracticeStatusWord.Read(typed));

    [Theory]
    [InlineData("pubised")]
    [InlineData("1")]
    [InlineData("not published")]
    public void Other_words_are_not_understood(string typed) => Assert.Null(PracticeStatusWord.Read(typed));
}
