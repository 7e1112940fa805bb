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
    public void Four_addresses_and_more_that_outweigh_the_text(int addresses, int letters, bool caught) => Assert.Equal(
        caught, IsMostlyLinks(string.Join(' ', Enumerable.Repeat(Address, addresses)) + " " + new string('x', letters)));

    [Theory]
    [InlineData("www.example.org/a-page")]
    [InlineData("HTTP://EXAMPLE.ORG/A-PAGE")]
    [InlineData("<a href=\"https://example.org/a-page\">")]
    [InlineData("[url=https://example.org/a-page]")]
    public void In_whatever_way_they_are_written(string link) => Assert.True(IsMostlyLinks(string.Join(' ', Enumerable.Repeat(link, 4))));

    [Fact]
    public void Those_in_the_title_count_but_weigh_nothing()
    {
        Assert.True(IsMostlyLinks($"{Address} {Address}", title: $"{Address} {Address}"));
        Assert.False(IsMostlyLinks("A bus that brings advice to people in border areas.", title: $"{Address} {Address} {Address} {Address}"));
    }

    [Fact]
    public void Text_without_spaces_after_an_address_is_text()
    {
        const string chinese = "市役所の窓口で住民登録と健康保険と学校の手続きが一度にできるようになり待ち時間が半分になった";

        Assert.False(IsMostlyLinks(string.Concat(Enumerable.Repeat(Address + chinese, 4))));
    }

    [Fact]
    public void No_text_without_addresses_is_ever_caught() => Gen.String[Gen.Char['a', 'z'], 20, 400].Sample(text => !IsMostlyLinks(text));

    [Fact]
    public void More_text_never_makes_it_spam() => Gen.Select(Gen.Int[0, 8], Gen.Int[0, 400], Gen.Int[1, 400]).Sample((addresses, letters, more) =>
    {
        var text = string.Join(' ', Enumerable.Repeat(Address, addresses)) + " " + new string('x', letters + 20);

        return IsMostlyLinks(text) || !IsMostlyLinks(text + new string('y', more));
    });

    private static bool IsMostlyLinks(string summary, string title = "Migra Movil") =>
        LinkSpam.IsMostlyLinks(Rules.Check(Some.Draft with { Title = title, Summary = summary }).Submission!);
}
