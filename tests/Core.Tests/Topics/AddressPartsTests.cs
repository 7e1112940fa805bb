using Pipeline.Topics;
using Xunit;

namespace Pipeline.Core.Tests.Topics;

/// <summary>Topics and issues in the address of a page, as a mail program or a paste changed them.</summary>
public sealed class AddressPartsTests
{
    [Theory]
    [InlineData("2026-11-23", "2026-11-23")]
    [InlineData("2026–11–23.", "2026-11-23")]
    [InlineData("(2026-11-23T140509)", "2026-11-23T140509")]
    [InlineData("2026-11-23t140509", "2026-11-23T140509")]
    [InlineData("\u200b2026-11-23>", "2026-11-23")]
    [InlineData("2026-11-23-1", null)]
    [InlineData("...", null)]
    [InlineData("", null)]
    public void Issues_are_found(string typed, string? issue) => Assert.Equal(issue, IssueName.Read(typed)?.Value);

    [Theory]
    [InlineData(Some.TopicId, true)]
    [InlineData("Mainstreaming–migration.", true)]
    [InlineData("\"MAINSTREAMING-MIGRATION\"", true)]
    [InlineData("mainstreaming.migration", false)]
    [InlineData(null, false)]
    public void Topics_are_found(string? typed, bool found) => Assert.Equal(found, Some.Topics.Find(typed) is not null);
}
