using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Core.Tests.Subscribers;

public sealed class SubscriptionTokensTests
{
    private static readonly SubscriberKey Key = new(new UInt128(0x0123456789abcdef, 42));

    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);

    [Fact]
    public void A_token_has_topic_language_and_subscriber()
    {
        var tokens = Tokens(1);

        var token = tokens.Confirmation("mainstreaming-migration", Key, Language.Find("ar")!);

        Assert.Equal(
            new SubscriptionTokens.Content("mainstreaming-migration", Language.Find("ar"), Key, Expired: false, Now),
            tokens.Read(token, TokenPurpose.Confirm));
    }

    [Fact]
    public void Undo_and_unsubscription_tokens_have_no_language()
    {
        var tokens = Tokens(1);

        Assert.Null(tokens.Read(tokens.Undo("t", Key), TokenPurpose.Undo)!.Language);
        Assert.Null(tokens.Read(tokens.Unsubscription("t", Key), TokenPurpose.Unsubscribe)!.Language);
    }

    [Fact]
    public void A_token_is_refused_for_another_purpose()
    {
        var tokens = Tokens(1);

        Assert.Null(tokens.Read(tokens.Confirmation("t", Key, Language.English), TokenPurpose.Unsubscribe));
        Assert.Null(tokens.Read(tokens.Unsubscription("t", Key), TokenPurpose.Confirm));
    }

    [Fact]
    public void Confirmation_tokens_expire_and_unsubscription_tokens_do_not()
    {
        var tokens = Tokens(1);
        var (confirm, leave) = (tokens.Confirmation("t", Key, Language.English), tokens.Unsubscription("t", Key));

        _time.Advance(SubscriptionTokens.ConfirmationPeriod - TimeSpan.FromMinutes(1));
        Assert.False(tokens.Read(confirm, TokenPurpose.Confirm)!.Expired);

        _time.Advance(TimeSpan.FromDays(3650));
        Assert.True(tokens.Read(confirm, TokenPurpose.Confirm)!.Expired);
        Assert.False(tokens.Read(leave, TokenPurpose.Unsubscribe)!.Expired);
    }

    [Fact]
    public void A_token_is_read_until_its_key_is_removed()
    {
        var old = Tokens(1).Unsubscription("t", Key);

        Assert.NotNull(Tokens(2, 1).Read(old, TokenPurpose.Unsubscribe));
        Assert.Null(Tokens(2).Read(old, TokenPurpose.Unsubscribe));
    }

    [Theory]
    [InlineData("{0}\u200b{1}")]
    [InlineData("{0}\u00ad{1}\ufeff")]
    [InlineData("{0}\r\n {1}")]
    [InlineData(" {0}{1}.")]
    [InlineData("<{0}{1}>")]
    public void What_a_mail_program_or_a_paste_added_to_a_token_is_ignored(string pasted)
    {
        var tokens = Tokens(1);
        var token = tokens.Unsubscription("mainstreaming-migration", Key);

        var read = tokens.Read(string.Format(CultureInfo.InvariantCulture, pasted, token[..20], token[20..]), TokenPurpose.Unsubscribe);

        Assert.Equal(Key, read!.Subscriber);
    }

    [Fact]
    public void A_token_with_a_changed_character_is_refused()
    {
        var tokens = Tokens(1);
        var token = tokens.Unsubscription("mainstreaming-migration", Key);
        for (var i = 0; i < token.Length; i++)
        {
            // The last character of base64 can have unused bits, so another letter could mean the same bytes.
            var other = token[..i] + (token[i] == 'A' ? 'w' : 'A') + token[(i + 1)..];
            Assert.Null(tokens.Read(other, TokenPurpose.Unsubscribe));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Other_text_is_not_a_token(string? token) => Assert.Null(Tokens(1).Read(token, TokenPurpose.Unsubscribe));

    private SubscriptionTokens Tokens(params byte[] keys) => new(Some.Keys(keys), _time);
}
