using CsCheck;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class LinkSpamTests
{
    private const string Address = "https://example.org/a-page";

    private static readonly SubmissionRules Rules = new(Some.Topics);

    // 300 different sequences of three letters.
    private const string Text =
        "The city and its new residents wrote one plan for services, housing and work. A team of eight people visits each district "
        + "every month, explains the papers in five languages, and writes down what is missing. The council reads these notes in "
        + "public twice a year and votes on money for the most urgent ones. Since then waiting times for a permit fell by half, "
        + "schools found places for all children, and three clinics opened on Sundays.";

    [Theory]
    [InlineData(3, "", false)]
    [InlineData(4, "", true)]
    [InlineData(4, "Buy now, best prices!", true)]
    [InlineData(4, "The city and its new residents wrote one plan for services.", false)]
    [InlineData(8, "The city and its new residents wrote one plan for services.", true)]
    [InlineData(20, Text, false)]
    [InlineData(80, Text, true)]
    public void Four_or_more_links_with_little_text_are_spam(int links, string text, bool spam)
    {
        Assert.Equal(spam, IsMostlyLinks(string.Join(' ', Enumerable.Range(0, links).Select(i => $"{Address}/{i}")) + " " + text));
        Assert.Equal(spam, IsMostlyLinks(string.Join(' ', Enumerable.Repeat(Address, links)) + " " + text));
    }

    [Theory]
    [InlineData("该市于2019年设立新移民服务台，此后已培训两百名官员，成效显著。来源：", false)]
    [InlineData("市は新しい住民のための窓口を設け、二百人の職員を研修した。出典：", false)]
    [InlineData("便宜！便宜！便宜！", true)]
    public void A_short_text_without_spaces_between_words_counts_by_its_words(string text, bool spam) =>
        Assert.Equal(spam, IsMostlyLinks(text + string.Concat(Enumerable.Range(0, 4).Select(i => $"\n{Address}/{i}"))));

    [Fact]
    public void Three_sources_are_never_spam()
    {
        string[] sources = ["https://iom.example/a/very/long/path/to/the/report.pdf", "http://www.un.example/b", "www.ilo.example/c?d=e"];

        Assert.False(IsMostlyLinks(string.Join('\n', sources)));
        Assert.False(IsMostlyLinks(string.Join('\n', sources.Select(source => $"<a href=\"{source}\">{source}</a>"))));
        Assert.False(IsMostlyLinks(string.Join('\n', sources) + " (" + string.Join(", ", sources) + ")."));
    }

    [Fact]
    public void Long_addresses_do_not_outweigh_text() => Assert.False(IsMostlyLinks(
        Some.Summary + string.Concat(Enumerable.Range(0, 4).Select(i => $" https://example.org/{new string('a', 300)}/{i}"))));

    [Theory]
    [InlineData('x', 5_000)]
    [InlineData('.', 5_000)]
    [InlineData('7', 5_000)]
    [InlineData('\u00a0', 500)]
    [InlineData('\u3164', 500)]
    public void Padding_is_not_text(char padding, int count)
    {
        var links = string.Concat(Enumerable.Repeat($"{Address} ", 4));

        Assert.True(IsMostlyLinks(links + new string(padding, count)));
        Assert.True(IsMostlyLinks(links + string.Concat(Enumerable.Repeat("click here ", 400))));
    }

    [Theory]
    [InlineData("ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｏｒｇ／ａ")]
    [InlineData("h\u0336t\u0336t\u0336p\u0336s://example.org/a")]
    [InlineData("h\u200bttps://exam\u200dple.org/a")]
    [InlineData("𝐡𝐭𝐭𝐩𝐬://example.org/a")]
    [InlineData("ⓦⓦⓦ.example.org/a")]
    public void Links_in_other_forms_of_letters_are_found(string link) =>
        Assert.True(IsMostlyLinks(string.Join(' ', Enumerable.Repeat(link, 4))));

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
