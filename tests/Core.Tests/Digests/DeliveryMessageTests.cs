using System.Text.Json.Nodes;
using Pipeline.Digests;
using Xunit;

namespace Pipeline.Core.Tests.Digests;

public sealed class DeliveryMessageTests
{
    private static readonly string Message = new DeliveryMessage
    {
        Topic = "mainstreaming-migration",
        Issue = "2026-11-23",
        StartedOn = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero),
        From = new string('0', 32),
        To = "~",
    }.Write();

    [Fact]
    public void A_message_of_the_app_is_understood() => Assert.Equal(Message, DeliveryMessage.Parse(Message)!.Write());

    [Theory]
    [InlineData("traceParent", 5_000)]
    [InlineData("other", 50_000)]
    public void A_message_that_is_longer_than_those_of_the_app_is_malformed(string field, int length)
    {
        var longer = JsonNode.Parse(Message)!;
        longer[field] = new string('0', length);

        Assert.Null(DeliveryMessage.Parse(longer.ToJsonString()));
    }

    [Theory]
    [InlineData("topic")]
    [InlineData("issue")]
    [InlineData("from")]
    [InlineData("to")]
    public void A_message_without_one_of_its_parts_is_malformed(string field)
    {
        var shorter = JsonNode.Parse(Message)!;
        shorter[field] = null;

        Assert.Null(DeliveryMessage.Parse(shorter.ToJsonString()));
    }
}
