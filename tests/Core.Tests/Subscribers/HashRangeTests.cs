using CsCheck;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Core.Tests.Subscribers;

public sealed class HashRangeTests
{
    [Fact]
    public void Ranges_cover_the_whole_hash_space_once() => Gen.Int[1, 2_000].Sample(pieces =>
    {
        SubscriberKey? expected = default(SubscriberKey);
        foreach (var range in HashRange.Split(pieces))
        {
            Assert.Equal(expected, range.From);
            Assert.False(range.IsEmpty);
            expected = range.To;
        }

        Assert.Null(expected);
    });

    [Fact]
    public void Keys_have_the_same_order_as_text_and_as_numbers() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong).Sample((a, b, c, d) =>
        {
            var (one, other) = (new SubscriberKey(new UInt128(a, b)), new SubscriberKey(new UInt128(c, d)));
            Assert.Equal(one.Value.CompareTo(other.Value), Math.Sign(string.CompareOrdinal(one.ToString(), other.ToString())));
            Assert.True(string.CompareOrdinal(one.ToString(), HashRange.End) < 0);
        });

    [Fact]
    public void A_written_range_is_read_back()
    {
        foreach (var range in HashRange.Split(7))
        {
            Assert.True(HashRange.TryParse(range.From.ToString(), range.ToText, out var read));
            Assert.Equal(range, read);
        }
    }

    [Fact]
    public void The_range_after_the_last_key_is_empty()
    {
        Assert.True(HashRange.Split(1).Single().After(new SubscriberKey(UInt128.MaxValue)).IsEmpty);
        Assert.False(HashRange.Split(1).Single().After(new SubscriberKey(UInt128.MaxValue - 1)).IsEmpty);
    }
}
