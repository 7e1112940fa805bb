using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("a@example.org", "a@example.org")]
    [InlineData("  Angelica.Pinzon+digest@Example.ORG ", "Angelica.Pinzon+digest@example.org")]
    [InlineData("o'brien@example.org", "o'brien@example.org")]
    [InlineData("info@münchen.example", "info@xn--mnchen-3ya.example")]
    [InlineData("\u202aangelica@example.org\u202c", "angelica@example.org")]
    [InlineData("\ufeffangelica@exam\u200bple.org\u200e", "angelica@example.org")]
    [InlineData("a@ex\u0430mple.org", "a@xn--exmple-4nf.org")]
    [InlineData("a@ｅｘａｍｐｌｅ。org", "a@example.org")]
    [InlineData("ａ．ｂ＠ｅｘａｍｐｌｅ．ｏｒｇ", "a.b@example.org")]
    [InlineData("reader@example.org.", "reader@example.org")]
    [InlineData("reader@example.org。", "reader@example.org")]
    [InlineData("\treader@example.org\v", "reader@example.org")]
    [InlineData("rea\u200bder@exam\u202eple.org", "reader@example.org")]
    [InlineData("rea\0der\u001f@example.org\0", "reader@example.org")]
    [InlineData("a@xn--mnchen-3ya.xn--p1ai", "a@xn--mnchen-3ya.xn--p1ai")]
    [InlineData("hyph@my\u2011host.org", "hyph@my-host.org")]
    [InlineData("hyph@my\u2010host.org", "hyph@my-host.org")]
    [InlineData("hyph@my\u2013host.org", "hyph@my-host.org")]
    [InlineData("hyph@my\u2212host.org", "hyph@my-host.org")]
    [InlineData("hyph@my\u30fchost.org", "hyph@my-host.org")]
    [InlineData("reader\u2011x@example.org", "reader-x@example.org")]
    [InlineData("reader\u2013\u2212x@example.org", "reader--x@example.org")]
    [InlineData("a@サ\u30fcバ\u30fc.jp", "a@xn--vckucxgb.jp")]
    [InlineData("re\ufe0fader@exam\ufe0fple.org\U000E0101", "reader@example.org")]
    [InlineData("a@o\ufb03ce.org", "a@office.org")]
    public void Ordinary_addresses_are_accepted(string input, string expected)
    {
        Assert.True(EmailAddress.TryParse(input, out var address));
        Assert.Equal(expected, address.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("@example.org")]
    [InlineData("a@")]
    [InlineData("a@localhost")]
    [InlineData("a b@example.org")]
    [InlineData("a@exam ple.org")]
    [InlineData("a@b@example.org")]
    [InlineData("\"a b\"@example.org")]
    [InlineData("Name <a@example.org>")]
    [InlineData("a@example.org, b@example.org")]
    [InlineData("a@example.org\r\nBcc: b@example.org")]
    [InlineData("a@-example.org")]
    [InlineData("a@example..org")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("é@example.org")]
    [InlineData("\u0430@example.org")]
    [InlineData("a@[IPv6:::1]")]
    [InlineData("a@example.org\u2028Bcc: b@example.org")]
    [InlineData("javascript:a@example.org")]
    [InlineData("a@exa_mple.org")]
    [InlineData("a@b@c.example.org")]
    [InlineData("a;b@example.org")]
    [InlineData("a.@example.org")]
    [InlineData(".a@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData("a@example.org..")]
    [InlineData("a@.")]
    [InlineData("a@.org")]
    [InlineData("a@192.0.2.1")]
    [InlineData("a@example.c")]
    [InlineData("a@exam\nple.org")]
    [InlineData("a\nb@example.org")]
    [InlineData("a@example.org\nb@example.org")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org")]
    [InlineData("a,b@example.org")]
    [InlineData("a@ex½ample.org")]
    [InlineData("a@m².org")]
    [InlineData("a²@example.org")]
    [InlineData("a@①.org")]
    [InlineData("a@brand™.org")]
    [InlineData("a@ex\u2044ample.org")]
    [InlineData("a@example.org”")]
    [InlineData("a@ex\u00a0ample.org")]
    [InlineData("a@my\u2011.org")]
    public void Other_text_is_refused(string? input) => Assert.False(EmailAddress.TryParse(input, out _));

    [Theory]
    [InlineData("en", "désirée@example.org", "^Before the @, use only unaccented letters from a to z")]
    [InlineData("fr", "désirée@example.org", "^Avant le @")]
    [InlineData("es", "иван@example.org", "^Antes de la @")]
    [InlineData("ar", "سامي@example.org", "^قبل علامة")]
    [InlineData("en", "a b@example.org", "^Enter an e-mail address")]
    [InlineData("en", "nobody", "^Enter an e-mail address")]
    [InlineData("en", null, "^Enter an e-mail address")]
    public async Task The_message_names_letters_that_an_address_cannot_have(string language, string? input, string message) =>
        Assert.Matches(message, await Language.Find(language)!.RunAsync(() => Task.FromResult(EmailAddress.InvalidMessage(input))));

    [Fact]
    public void An_address_can_have_254_characters()
    {
        static string OfLength(int length)
        {
            var start = new string('a', 64) + "@" + string.Concat(Enumerable.Repeat(new string('b', 45) + ".", 4));
            return start + new string('c', length - start.Length);
        }

        Assert.True(EmailAddress.TryParse(OfLength(254), out _));
        Assert.False(EmailAddress.TryParse(OfLength(255), out _));
    }

    [Fact]
    public void Case_does_not_change_the_key_and_an_address_is_not_printed()
    {
        Assert.True(EmailAddress.TryParse("Angelica@example.org", out var one));
        Assert.True(EmailAddress.TryParse("angelica@Example.org", out var other));

        Assert.Equal(SubscriberKey.Of(one), SubscriberKey.Of(other));
        Assert.DoesNotContain("angelica", $"{one} {new { one }}", StringComparison.OrdinalIgnoreCase);
    }
}
