using Microsoft.Extensions.Time.Testing;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Core.Tests.Subscribers;

public sealed class SubscriptionTokensTests
{
    private static readonly SubscriberKey Key = new(new UInt128(0x0123456789abcdef, 42));

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Names_topic_language_and_subscriber()
    {
        var tokens = With(1);

        var content = tokens.Read(tokens.Confirmation("mainstreaming-migration", Key, Language.Find("ar")!), TokenPurpose.Confirm);

        Assert.Equal(new SubscriptionTokens.Content("mainstreaming-migration", Language.Find("ar"), Key, Expired: false, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)), content);
    }

    [Fact]
    public void Says_no_language_where_it_is_none_to_choose_one()
    {
        var tokens = With(1);

        Assert.Null(tokens.Read(tokens.Undo("t", Key), TokenPurpose.Undo)!.Language);
        Assert.Null(tokens.Read(tokens.Unsubscription("t", Key), TokenPurpose.Unsubscribe)!.Language);
    }

    [Fact]
    public void Serves_no_other_purpose()
    {
        var tokens = With(1);

        Assert.Null(tokens.Read(tokens.Confirmation("t", Key, Language.English), TokenPurpose.Unsubscribe));
        Assert.Null(tokens.Read(tokens.Unsubscription("t", Key), TokenPurpose.Confirm));
    }

    [Fact]
    public void Confirmation_ends_and_unsubscription_does_not()
    {
        var tokens = With(1);
        var (confirm, leave) = (tokens.Confirmation("t", Key, Language.English), tokens.Unsubscription("t", Key));

        _time.Advance(SubscriptionTokens.ConfirmationPeriod - TimeSpan.FromMinutes(1));
        Assert.False(tokens.Read(confirm, TokenPurpose.Confirm)!.Expired);

        _time.Advance(TimeSpan.FromDays(3650));
        Assert.True(tokens.Read(confirm, TokenPurpose.Confirm)!.Expired);
        Assert.False(tokens.Read(leave, TokenPurpose.Unsubscribe)!.Expired);
    }

    [Fact]
    public void Survives_the_rotation_of_keys_until_the_old_one_is_dropped()
    {
        var old = With(1).Unsubscription("t", Key);

        Assert.NotNull(With(2, 1).Read(old, TokenPurpose.Unsubscribe));
        Assert.Null(With(2).Read(old, TokenPurpose.Unsubscribe));
    }

    [Fact]
    public void Every_changed_character_spoils_it()
    {
        var tokens = With(1);
        var token = tokens.Unsubscription("mainstreaming-migration", Key);
        for (var i = 0; i < token.Length; i++)
        {
            // The last character of base64 may hold bits that mean nothing; the one before never does.
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
    public void Reads_nothing_else(string? token) => Assert.Null(With(1).Read(token, TokenPurpose.Unsubscribe));

    private SubscriptionTokens With(params byte[] keys) => new(Some.Keys(keys), _time);
}
