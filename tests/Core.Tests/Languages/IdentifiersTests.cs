using Pipeline.Languages;
using Pipeline.Practices;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Languages;

public sealed class IdentifiersTests
{
    /// <summary>Control, format and invisible characters, noncharacters, a variation selector.</summary>
    public static TheoryData<string> Removed =>
        ["\0", "\u0001", "\u001b", "\u009f", "\u200b", "\u200f", "\u202e", "\u2060", "\ufeff", "\ufdd0", "\uffff", "\ufe0f", "\U000E0041"];

    [Theory]
    [MemberData(nameof(Removed))]
    public void Characters_that_nobody_sees_are_removed_before_an_identifier_is_judged(string removed)
    {
        string Dirty(string text) => $"{removed}{text[..1]}{removed}{text[1..]} {removed}";

        Assert.Equal("fr", Language.Find(Dirty("FR"))?.Code);
        Assert.Equal(Some.TopicId, Some.Topics.Find(Dirty(Some.TopicId))?.Id.Value);
        Assert.True(Countries.TryFind(Dirty("fr"), out var country));
        Assert.Equal("FR", country);
        Assert.True(Reference.TryParse(Dirty("DQBC-882P-37NH-J"), out _));
    }

    [Theory]
    [InlineData("f r", "f r")]
    [InlineData("f\u0301r", "f\u0301r")]
    [InlineData(null, "")]
    public void Other_characters_stay(string? typed, string cleaned) => Assert.Equal(cleaned, Identifiers.Clean(typed));
}
