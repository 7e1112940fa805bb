using System.Text;
using Pipeline.Submissions;
using Xunit;

namespace Pipeline.Core.Tests.Submissions;

public sealed class WebLinkTests
{
    private static readonly SubmissionRules Rules = new(Some.Topics);

    [Theory]
    [InlineData("https://example.org/a", true)]
    [InlineData("http://example.org", true)]
    [InlineData("https://ar.wikipedia.org/wiki/هجرة", true)]
    [InlineData("example.org", false)]
    [InlineData("/a", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("ftp://example.org/a", false)]
    [InlineData("https://user:password@example.org/", false)]
    [InlineData("https://", false)]
    [InlineData("https://@example.org/", true)]
    [InlineData("JaVaScRiPt:alert(1)", false)]
    [InlineData("java\nscript:alert(1)", false)]
    [InlineData("data:text/html,<script>alert(1)</script>", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("vbscript:x", false)]
    [InlineData("https:example.org", false)]
    [InlineData("https:///example.org", false)]
    [InlineData("https://exa mple.org/", false)]
    [InlineData("https://example.org\\@example.com/", false)]
    [InlineData("https://example.org:99999/", false)]
    [InlineData("https://a..b/", false)]
    [InlineData("https://e%78ample.org/", false)]
    [InlineData("https://[::1/", false)]
    [InlineData("https://[2001:db8::1]/a", true)]
    [InlineData("https://192.0.2.1:8080/a?b#c", true)]
    [InlineData("http://[::1][::1]/", false)]
    [InlineData("http://[::1]zq/", false)]
    [InlineData("http://[::1]:80[::1]/", false)]
    [InlineData("https://a.example/ https://b.example/", false)]
    [InlineData("https://a.example/\nhttps://b.example/", false)]
    [InlineData("https://a.example/\nwww.b.example", false)]
    [InlineData("https://example.org/plan\nRead page 3", false)]
    [InlineData("iom.int/plan", false)]
    [InlineData("https://iom.int/a\niom.int/b", false)]
    [InlineData("https://iom.int/a/\nwww.un.org", false)]
    [InlineData("https://iom.int/a\nun.org", false)]
    [InlineData("https://iom.int\nun.org?q", false)]
    [InlineData("https://iom.int/a\nmy\u2011city.example/b", false)]
    [InlineData("https://192.0.2.1/a\niom.int/b", false)]
    [InlineData("https://[2001:db8::1]/a\niom.int/b", false)]
    [InlineData("https://iom.int/plan iom.int/b", false)]
    [InlineData("https://iom.int/a and more text", false)]
    [InlineData("https://iom.int/a\tPlan of the city", false)]
    [InlineData("https://iom.int/my\u00a0plan.pdf", false)]
    [InlineData("https://iom.int/my\u3000plan.pdf", false)]
    [InlineData("https://iom.int/a,https://iom.int/b", false)]
    [InlineData("https://iom.int/a;HTTP://iom.int/b", false)]
    [InlineData("https://iom.int/a،https://iom.int/b", false)]
    [InlineData("https://iom.int/ahttps://iom.int/b", false)]
    [InlineData("http://http://iom.int/a", false)]
    [InlineData("https://https://iom.int/plan", false)]
    [InlineData("http://1", false)]
    [InlineData("http://1.2.3/", false)]
    [InlineData("http://1.2.3.4.5/", false)]
    [InlineData("http://999.1.1.1/", false)]
    [InlineData("http://010.1.1.1/", false)]
    [InlineData("http://0x7f.1/", false)]
    [InlineData("http://intranet/plan", false)]
    [InlineData("https://xn--zq/", false)]
    [InlineData("https://example.org:0/", false)]
    [InlineData("https://ex½ample.org/", false)]
    [InlineData("https://m².org/", false)]
    [InlineData("https://example.org”", false)]
    [InlineData("https://iom.int\uff20example.org/", false)]
    public void Only_web_addresses_are_links(string link, bool fits) =>
        Assert.Equal(fits, Rules.Check(Some.Draft with { Link = link }).Submission is not null);

    [Theory]
    [InlineData("https://example.org", "https://example.org/")]
    [InlineData("HTTPS://Example.ORG:443/a%20b?c=d%20e#f", "https://example.org/a%20b?c=d%20e#f")]
    [InlineData("https://example.org/هجرة?q=é#ü", "https://example.org/%D9%87%D8%AC%D8%B1%D8%A9?q=%C3%A9#%C3%BC")]
    [InlineData("https://example.org/%2e%2e/a/../b", "https://example.org/b")]
    [InlineData("https://ex\u0430mple.org/", "https://xn--exmple-4nf.org/")]
    [InlineData("https://exam\u200bple.org/", "https://example.org/")]
    [InlineData("https://example\u3002org/", "https://example.org/")]
    [InlineData("https://example.org./plan.", "https://example.org/plan.")]
    [InlineData("https://exam\u202eple.org/\u202egnp.exe", "https://example.org/gnp.exe")]
    [InlineData("\u200ehttps://example.org/\u200f", "https://example.org/")]
    [InlineData("https://example.org/a\u200bb?c=\u200bd", "https://example.org/ab?c=d")]
    [InlineData("https://example.org/a\r\n  long\n path", "https://example.org/alongpath")]
    [InlineData("https://exam\vple.org/\t", "https://example.org/")]
    [InlineData("https://fa.example.org/می\u200cخواهم", "https://fa.example.org/%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85")]
    [InlineData("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080/")]
    [InlineData("https://@example.org/", "https://example.org/")]
    [InlineData("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a")]
    [InlineData("https://example.org/\"onmouseover=\"alert(1)", "https://example.org/%22onmouseover=%22alert(1)")]
    [InlineData("https://example.org/'a'(b)", "https://example.org/'a'(b)")]
    [InlineData("https://my\u2011host.org/a", "https://my-host.org/a")]
    [InlineData("https://my\u2010host.org/a", "https://my-host.org/a")]
    [InlineData("https://my\u2013host.org:8080/a", "https://my-host.org:8080/a")]
    [InlineData("https://iom\u2212x.int/", "https://iom-x.int/")]
    [InlineData("https://example.org/a\u2013b?c\u2011d#e\u2212", "https://example.org/a%E2%80%93b?c%E2%80%91d#e%E2%88%92")]
    [InlineData("https://サ\u30fcバ\u30fc.jp/", "https://xn--vckucxgb.jp/")]
    [InlineData("https://o\ufb03ce.org/", "https://office.org/")]
    [InlineData("https://192.0.2.1./", "https://192.0.2.1/")]
    [InlineData("https://iom.int/plan\ufe0f", "https://iom.int/plan")]
    [InlineData("https://i\ufe0fom.int/2026\ufe0f/a\U000E0101b", "https://iom.int/2026/ab")]
    [InlineData("https://example.org/❤\ufe0f1\ufe0f\u20e3", "https://example.org/%E2%9D%A4%EF%B8%8F1%EF%B8%8F%E2%83%A3")]
    [InlineData("https://example.org/\u200fهجرة\u200f/1", "https://example.org/%D9%87%D8%AC%D8%B1%D8%A9/1")]
    [InlineData("https://example.org/ก\u200bข", "https://example.org/%E0%B8%81%E0%B8%82")]
    public void A_link_is_kept_as_it_is_requested(string link, string kept)
    {
        Assert.Equal(kept, Rules.Check(Some.Draft with { Link = link }).Submission?.Link);
        // The queue function checks it again.
        Assert.Equal(kept, Rules.Check(Some.Draft with { Link = kept }).Submission?.Link);
    }

    [Theory]
    [InlineData("https://web.archive.org/web/2020/https://iom.int/a")]
    [InlineData("https://example.org/?url=https://iom.int/a&b=http://un.org")]
    [InlineData("https://example.org/?url%3Dhttps://iom.int/a")]
    [InlineData("https://example.org/a,b;c,http")]
    public void A_link_may_contain_another_address(string link) =>
        Assert.Equal(link, Rules.Check(Some.Draft with { Link = link }).Submission?.Link);

    [Theory]
    [InlineData("https://iom.int/files/\nplan.pdf", "https://iom.int/files/plan.pdf")]
    [InlineData("https://iom.int/files/\nplan.pdf?page=1", "https://iom.int/files/plan.pdf?page=1")]
    [InlineData("https://iom.int/\nindex.php/plan", "https://iom.int/index.php/plan")]
    [InlineData("https://iom.int/api/\nv1.2/plan", "https://iom.int/api/v1.2/plan")]
    [InlineData("https://iom.int/wiki/\nSt.Louis", "https://iom.int/wiki/St.Louis")]
    [InlineData("https://iom.int/?site=\nun.org/b", "https://iom.int/?site=un.org/b")]
    [InlineData("https://iom.int/plan-for-\ncity.org", "https://iom.int/plan-for-city.org")]
    [InlineData("https://\niom.int/plan", "https://iom.int/plan")]
    [InlineData("https://\nwww.iom.int/plan", "https://www.iom.int/plan")]
    [InlineData("https://www.\niom.int/plan", "https://www.iom.int/plan")]
    [InlineData("https://iom.\nint/plan", "https://iom.int/plan")]
    [InlineData("https://my-\nhost.org/plan", "https://my-host.org/plan")]
    [InlineData("https://iom.int/a\n\n\u00a0b \nc", "https://iom.int/abc")]
    public void A_link_that_was_broken_into_lines_is_joined(string link, string kept) =>
        Assert.Equal(kept, Rules.Check(Some.Draft with { Link = link }).Submission?.Link);

    [Theory]
    [InlineData("iom.int/plan", "https://iom.int/plan")]
    [InlineData(" www.example.org ", "https://www.example.org")]
    [InlineData("iom.int.", "https://iom.int.")]
    [InlineData("iom\u3002int/plan", "https://iom\u3002int/plan")]
    [InlineData("\u200eIOM.int", "https://IOM.int")]
    [InlineData("هجرة.example:8080?q", "https://هجرة.example:8080?q")]
    [InlineData("http://iom.int", "http://iom.int")]
    [InlineData("a@example.org", "a@example.org")]
    [InlineData("javascript:alert(1)", "javascript:alert(1)")]
    [InlineData("not a link. At all", "not a link. At all")]
    [InlineData("/plan", "/plan")]
    [InlineData("a\n.\nzq", "a\n.\nzq")]
    [InlineData("iom\u200b.int/plan", "https://iom.int/plan")]
    [InlineData("iom.\u00adint/plan", "https://iom.int/plan")]
    [InlineData("iom.\nint/plan", "https://iom.int/plan")]
    [InlineData("i\ufe0fom.int/\r\nplan", "https://iom.int/plan")]
    [InlineData("my\u2011host.org/a", "https://my\u2011host.org/a")]
    [InlineData("iom.int/a\niom.int/b", "https://iom.int/a iom.int/b")]
    [InlineData("https://exam\u200bple.org/", "https://exam\u200bple.org/")]
    [InlineData("https://https://iom.int/plan", "https://iom.int/plan")]
    [InlineData("https://http://iom.int/plan", "http://iom.int/plan")]
    [InlineData("\u200b", "\u200b")]
    public void A_link_in_a_form_may_lack_the_scheme_or_have_two(string typed, string completed) =>
        Assert.Equal(completed, WebLink.Complete(typed));

    [Fact]
    public void A_link_can_have_2000_characters()
    {
        const string start = "https://example.org/";
        Assert.NotNull(Rules.Check(Some.Draft with { Link = start + Repeat("a", 2_000 - start.Length) }).Submission);
        Assert.Null(Rules.Check(Some.Draft with { Link = start + Repeat("a", 2_001 - start.Length) }).Submission);
        Assert.Null(Rules.Check(Some.Draft with { Link = start + Repeat("م", 1_900) }).Submission);
    }

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();
}
