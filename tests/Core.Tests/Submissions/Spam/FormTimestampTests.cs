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
    public void A_timestamp_has_its_age_to_the_millisecond(double seconds)
    {
        var timestamp = Timestamps(1).Create();

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(TimeSpan.FromSeconds(seconds), Timestamps(1).Age(timestamp));
    }

    [Fact]
    public void A_timestamp_is_read_until_its_key_is_removed()
    {
        var old = Timestamps(1).Create();

        Assert.NotNull(Timestamps(2, 1).Age(old));
        Assert.Null(Timestamps(2).Age(old));
        Assert.Null(Timestamps(1).Age(Timestamps(2, 1).Create()));
    }

    [Fact]
    public void A_timestamp_from_the_future_has_no_age()
    {
        var ahead = Timestamps(1).Create();

        Assert.Null(new FormTimestamp(Some.Keys(1), new FakeTimeProvider(_time.GetUtcNow().AddMilliseconds(-1))).Age(ahead));
    }

    [Fact]
    public void A_timestamp_with_a_changed_character_is_refused()
    {
        var timestamp = Timestamps(1).Create();
        for (var i = 0; i < timestamp.Length; i++)
            Assert.Null(Timestamps(1).Age(timestamp[..i] + (timestamp[i] == 'A' ? 'B' : 'A') + timestamp[(i + 1)..]));
    }

    [Fact]
    public void A_token_of_the_same_key_is_not_a_timestamp()
    {
        var token = new SubscriptionTokens(Some.Keys(1), _time).Unsubscription("t", new SubscriberKey(1));

        Assert.Null(Timestamps(1).Age(token));
        Assert.Null(Timestamps(1).Age(token[..32]));
        Assert.Null(Timestamps(1).Age(token[^32..]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAA")]
    public void Other_text_is_not_a_timestamp(string? timestamp) => Assert.Null(Timestamps(1).Age(timestamp));

    private FormTimestamp Timestamps(params byte[] keys) => new(Some.Keys(keys), _time);
}
