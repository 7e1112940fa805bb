using System.Text;
using Pipeline.Mail.Events;
using Xunit;

namespace Pipeline.Core.Tests.Mail.Events;

public sealed class SendGridEventBatchTests
{
    [Fact]
    public void Reads_an_event_as_SendGrid_writes_it()
    {
        var batch = Read("""
            [{ "email": "Amina@Example.org", "timestamp": 1794996000, "smtp-id": "<14c5@ismtpd>", "event": "bounce", "category": ["a", "b"],
               "sg_event_id": "6g4ZI7SA", "sg_message_id": "14c5.filter", "reason": "500 unknown recipient", "status": "5.0.0", "type": "bounce",
               "pool": { "name": "p", "id": 2 }, "issue": "work/2026-11-23", "delivery": "40", "call": "c1", "tls": 1, "marketing_campaign_id": null }]
            """);

        Assert.Equal(0, batch!.Unreadable);
        var read = Assert.Single(batch.Events);
        Assert.Equal(("bounce", "6g4ZI7SA", "bounce", "500 unknown recipient"), (read.Kind, read.Id, read.Type, read.Reason));
        Assert.Equal("Amina@example.org", read.Address?.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1794996000), read.HappenedOn);
        Assert.Equal(("work/2026-11-23", "40", "c1"), (read.Issue, read.Delivery, read.Call));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("[{}")]
    [InlineData("[{},]")]
    [InlineData("[{}]]")]
    [InlineData("[{}] x")]
    [InlineData("{\"event\":\"open\"}\n{\"event\":\"open\"}")]
    [InlineData("[{\"event\":\"open\"}")]
    [InlineData("[/* */]")]
    [InlineData("\ufeff[]")]
    [InlineData("email=a%40example.org")]
    public void What_is_no_array_is_no_batch(string body) => Assert.Null(Read(body));

    [Fact]
    public void What_is_no_event_is_counted_and_costs_the_others_nothing()
    {
        var batch = Read("""
            [1, null, "x", true, [], {}, { "event": null }, { "event": 1 }, { "event": "" }, { "event": { "event": "open" } }, { "event": "\ud800" },
             { "event": "open" }, { "event": "unheard of" }]
            """);

        Assert.Equal(["open", "unheard of"], batch!.Events.Select(read => read.Kind));
        Assert.Equal(11, batch.Unreadable);
    }

    [Fact]
    public void An_event_comes_once_however_often_its_id_does()
    {
        var batch = Read("""
            [{ "event": "open", "sg_event_id": "a" }, { "event": "open", "sg_event_id": "a" }, { "event": "open", "sg_event_id": "b" },
             { "event": "unsubscribe" }, { "event": "unsubscribe" }]
            """);

        // Some events of unsubscribing have no id; without one nobody can say that they are the same.
        Assert.Equal(["a", "b", null, null], batch!.Events.Select(read => read.Id));
    }

    [Theory]
    [InlineData("1794996000", true)]
    [InlineData("\"1794996000\"", true)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("-5", false)]
    [InlineData("1.5", false)]
    [InlineData("1e400", false)]
    [InlineData("253402300800", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("\"soon\"", false)]
    [InlineData("null", false)]
    [InlineData("{}", false)]
    public void A_time_is_seconds_or_none(string timestamp, bool there) =>
        Assert.Equal(there, Read($$"""[{ "event": "open", "timestamp": {{timestamp}} }]""")!.Events[0].HappenedOn is not null);

    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    [InlineData("\"nobody\"")]
    [InlineData("\"a@b\"")]
    [InlineData("\"\\ud800@example.org\"")]
    [InlineData("\"a\\u0000@example.org\"")]
    public void What_is_no_address_is_none(string email) =>
        Assert.Null(Read($$"""[{ "event": "open", "email": {{email}} }]""")!.Events[0].Address);

    [Fact]
    public void What_is_too_long_is_not_there()
    {
        var huge = new string('x', 3_000_000);
        var read = Read($$"""[{ "event": "bounce", "sg_event_id": "{{huge}}", "type": "{{huge}}", "reason": "{{huge}}", "issue": "{{huge}}", "{{huge}}": 1 }]""")!.Events[0];

        Assert.Equal(new SendGridEvent("bounce", null, null, null, null, null, null, null, null), read);
    }

    [Fact]
    public void Depth_and_odd_names_are_no_obstacle()
    {
        var deep = new string('[', 1_000_000) + new string(']', 1_000_000);
        var batch = Read($$"""[{ "event": "open", "x": {{deep}} }, {{deep}}, { "\ud800eee": 1, "event": "open", "\udc00iiiiii": 2 }, { "event": "click" }]""");

        Assert.Contains("click", batch!.Events.Select(read => read.Kind));
        Assert.Equal("open", batch.Events[0].Kind);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_fields()
    {
        byte[] body = [.. "[{\"event\":\"open\",\"email\":\""u8, 0xff, 0xfe, .. "@example.org\",\"reason\":\""u8, 0xc3, .. "\"},{\"event\":\"click\"}]"u8];

        var batch = SendGridEventBatch.Read(body)!;

        Assert.Equal(["open", "click"], batch.Events.Select(read => read.Kind));
        Assert.Null(batch.Events[0].Address);
        Assert.Null(batch.Events[0].Reason);
    }

    private static SendGridEventBatch? Read(string body) => SendGridEventBatch.Read(Encoding.UTF8.GetBytes(body));
}
