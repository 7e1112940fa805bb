using CsCheck;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class LinkSpamTests
{
    private const string Address = "https://example.org/a-page";

    private static readonly SubmissionRules Rules = new(Some.Topics);

    [Theory]
    [InlineData(3, 0, false)]
    [InlineData(4, 0, true)]
    [InlineData(4, 99, true)]
    [InlineData(4, 100, false)]
    [InlineData(40, 900, true)]
    [InlineData(40, 1_100, false)]
    public void Four_or_more_links_that_outweigh_the_text_are_spam(int links, int letters, bool spam) => Assert.Equal(
        spam, IsMostlyLinks(string.Join(' ', Enumerable.Repeat(Address, links)) + " " + new string('x', letters)));

    [Theory]
    [InlineData("www.example.org/a-page")]
    [InlineData("HTTP://EXAMPLE.ORG/A-PAGE")]
    [InlineData("<a href=\"https://example.org/a-page\">")]
    [InlineData("[url=https://example.org/a-page]")]
    public void Links_are_found_however_they_are_written(string link) =>
        Assert.True(IsMostlyLinks(string.Join(' ', Enumerable.Repeat(link, 4))));

    [Fact]
    public void Links_in_the_title_count_but_have_no_weight()
    {
        Assert.True(IsMostlyLinks($"{Address} {Address}", title: $"{Address} {Address}"));
        Assert.False(IsMostlyLinks(Some.Summary, title: $"{Address} {Address} {Address} {Address}"));
    }

    [Fact]
    public void Text_without_spaces_after_a_link_is_text()
    {
        const string chinese = "市役所の窓口で住民登録と健康保険と学校の手続きが一度にできるようになり待ち時間が半分になった";

        Assert.False(IsMostlyLinks(string.Concat(Enumerable.Repeat(Address + chinese, 4))));
    }

    [Fact]
    public void Text_without_links_is_never_spam() =>
        Gen.String[Gen.Char['a', 'z'], 20, 400].Sample(text => !IsMostlyLinks(text));

    [Fact]
    public void More_text_never_makes_spam() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 400], Gen.Int[1, 400]).Sample((links, letters, more) =>
        {
            var text = string.Join(' ', Enumerable.Repeat(Address, links)) + " " + new string('x', letters + 20);

            return IsMostlyLinks(text) || !IsMostlyLinks(text + new string('y', more));
        });

    private static bool IsMostlyLinks(string summary, string title = "Migra Movil") =>
        LinkSpam.IsMostlyLinks(Rules.Check(Some.Draft with { Title = title, Summary = summary }).Submission!);
}
