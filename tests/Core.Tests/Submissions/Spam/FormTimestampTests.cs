using Microsoft.Extensions.Time.Testing;
using Pipeline.Submissions.Spam;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Core.Tests.Submissions.Spam;

public sealed class FormTimestampTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, 250, TimeSpan.Zero));

    [Theory]
    [InlineData(0)]
    [InlineData(0.999)]
    [InlineData(1)]
    [InlineData(86_400 * 365 * 5)]
    public void Tells_its_age_to_the_millisecond_however_old_it_is(double seconds)
    {
        var stamp = With(1).Create();

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(TimeSpan.FromSeconds(seconds), With(1).Age(stamp));
    }

    [Fact]
    public void Survives_the_rotation_of_keys_until_the_old_one_is_dropped()
    {
        var old = With(1).Create();

        Assert.NotNull(With(2, 1).Age(old));
        Assert.Null(With(2).Age(old));
        Assert.Null(With(1).Age(With(2, 1).Create()));
    }

    [Fact]
    public void One_from_a_clock_that_is_ahead_has_no_age()
    {
        var ahead = With(1).Create();

        Assert.Null(new FormTimestamp(Some.Keys(1), new FakeTimeProvider(_time.GetUtcNow().AddMilliseconds(-1))).Age(ahead));
    }

    [Fact]
    public void Every_changed_character_spoils_it()
    {
        var stamp = With(1).Create();
        for (var i = 0; i < stamp.Length; i++)
            Assert.Null(With(1).Age(stamp[..i] + (stamp[i] == 'A' ? 'B' : 'A') + stamp[(i + 1)..]));
    }

    [Fact]
    public void A_token_of_the_same_key_is_no_stamp()
    {
        var token = new SubscriptionTokens(Some.Keys(1), _time).Unsubscription("t", new SubscriberKey(1));

        Assert.Null(With(1).Age(token));
        Assert.Null(With(1).Age(token[..32]));
        Assert.Null(With(1).Age(token[^32..]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAA")]
    public void Reads_nothing_else(string? stamp) => Assert.Null(With(1).Age(stamp));

    private FormTimestamp With(params byte[] keys) => new(Some.Keys(keys), _time);
}
