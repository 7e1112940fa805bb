using System.Text;
using Pipeline.Mail.Events;
using Xunit;

namespace Pipeline.Core.Tests.Mail.Events;

public sealed class SendGridEventBatchTests
{
    [Fact]
    public void An_event_of_SendGrid_is_read()
    {
        var batch = Read("""
            [{ "email": "Amina@Example.org", "timestamp": 1794996000, "smtp-id": "<14c5@ismtpd>", "event": "bounce",
               "category": ["a", "b"], "sg_event_id": "6g4ZI7SA", "sg_message_id": "14c5.filter", "reason": "500 unknown recipient",
               "status": "5.0.0", "type": "bounce", "pool": { "name": "p", "id": 2 }, "issue": "work/2026-11-23",
               "delivery": "40", "call": "c1", "tls": 1, "marketing_campaign_id": null }]
            """);

        Assert.Equal(0, batch!.Unreadable);
        var read = Assert.Single(batch.Events);
        Assert.Equal(("bounce", "6g4ZI7SA", "bounce", "5.0.0"), (read.Kind, read.Id, read.Type, read.SmtpStatus));
        Assert.Equal("500 unknown recipient", read.Reason);
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
    [InlineData("\ufeff\ufeff[]")]
    [InlineData("email=a%40example.org")]
    public void A_body_that_is_not_a_JSON_array_is_not_a_batch(string body) => Assert.Null(Read(body));

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Single(Read("\ufeff[{ \"event\": \"open\" }]")!.Events);

    [Fact]
    public void Unreadable_events_are_counted_and_the_others_are_read()
    {
        var batch = Read("""
            [1, null, "x", true, [], {}, { "event": null }, { "event": 1 }, { "event": "" }, { "event": { "event": "open" } },
             { "event": "\ud800" }, { "event": "open" }, { "event": "unheard of" }]
            """);

        Assert.Equal(["open", "unheard of"], batch!.Events.Select(read => read.Kind));
        Assert.Equal(11, batch.Unreadable);
    }

    [Fact]
    public void Events_with_the_same_id_are_read_once()
    {
        var batch = Read("""
            [{ "event": "open", "sg_event_id": "a" }, { "event": "open", "sg_event_id": "a" }, { "event": "open", "sg_event_id": "b" },
             { "event": "unsubscribe" }, { "event": "unsubscribe" },
             { "event": "bounce", "sg_event_id": "" }, { "event": "bounce", "sg_event_id": "" }]
            """);

        // Some unsubscribe events have no id, so duplicates of them are not recognized.
        Assert.Equal(["a", "b", null, null, "", ""], batch!.Events.Select(read => read.Id));
    }

    [Theory]
    [InlineData("1794996000", true)]
    [InlineData("\"1794996000\"", true)]
    [InlineData("1", false)]
    [InlineData("1794996000000", false)]
    [InlineData("0", false)]
    [InlineData("-5", false)]
    [InlineData("1.5", false)]
    [InlineData("1e400", false)]
    [InlineData("253402300800", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("\"soon\"", false)]
    [InlineData("null", false)]
    [InlineData("{}", false)]
    public void A_timestamp_is_read_if_it_is_a_number_of_seconds(string timestamp, bool there) =>
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
    [InlineData("\"a b@example.org\"")]
    public void A_malformed_address_is_null(string email) =>
        Assert.Null(Read($$"""[{ "event": "open", "email": {{email}} }]""")!.Events[0].Address);

    [Fact]
    public void Fields_that_are_too_long_are_null()
    {
        var huge = new string('x', 3_000_000);
        var read = Read($$"""
            [{ "event": "bounce", "sg_event_id": "{{huge}}", "type": "{{huge}}", "reason": "{{huge}}", "issue": "{{huge}}", "{{huge}}": 1 }]
            """)!.Events[0];

        Assert.Equal(new SendGridEvent("bounce", null, null, null, null, null, null, null, null, null), read);
    }

    [Fact]
    public void Deep_nesting_and_malformed_names_are_skipped()
    {
        var deep = new string('[', 1_000_000) + new string(']', 1_000_000);
        var batch = Read($$"""
            [{ "event": "open", "x": {{deep}} }, {{deep}}, { "\ud800eee": 1, "event": "open", "\udc00iiiiii": 2 }, { "event": "click" }]
            """);

        Assert.Contains("click", batch!.Events.Select(read => read.Kind));
        Assert.Equal("open", batch.Events[0].Kind);
    }

    [Fact]
    public void Fields_with_malformed_UTF8_are_null()
    {
        byte[] body =
        [
            .. """[{"event":"open","email":"""u8, (byte)'"', 0xff, 0xfe, .. "@example.org"u8, (byte)'"',
            .. ""","reason":"""u8, (byte)'"', 0xc3, (byte)'"', .. """},{"event":"click"}]"""u8,
        ];

        var batch = SendGridEventBatch.Read(body)!;

        Assert.Equal(["open", "click"], batch.Events.Select(read => read.Kind));
        Assert.Null(batch.Events[0].Address);
        Assert.Null(batch.Events[0].Reason);
    }

    private static SendGridEventBatch? Read(string body) => SendGridEventBatch.Read(Encoding.UTF8.GetBytes(body));
}
