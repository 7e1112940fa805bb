using Pipeline.Digests;
using Pipeline.Digests.Events;
using Pipeline.Mail.Events;
using Pipeline.Subscribers;
using Pipeline.Text;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Core.Tests.Digests.Events;

public sealed class SendGridEventInterpreterTests
{
    private static readonly DateTimeOffset On = new(2026, 11, 24, 9, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Now = On.AddMinutes(5);

    private readonly SendGridEventInterpreter _interpreter = new(new TopicCatalog([Some.Topic("work"), Some.Topic("health")]));

    [Theory]
    [InlineData("bounce", "bounce", "550 5.1.1 No such user", SubscriberStatus.Bounced)]
    [InlineData("bounce", "blocked", "421 Try later", null)]
    [InlineData("bounce", null, "550", SubscriberStatus.Bounced)]
    [InlineData("bounce", "", "421 Try later", null)]
    [InlineData("bounce", null, null, SubscriberStatus.Bounced)]
    [InlineData("bounce", " Bounce ", null, SubscriberStatus.Bounced)]
    [InlineData("bounce", "expired", "550", null)]
    [InlineData("deferred", null, "400 try again later", null)]
    [InlineData("blocked", null, "400", null)]
    [InlineData("dropped", null, "Bounced Address", SubscriberStatus.Bounced)]
    [InlineData("dropped", null, "Invalid", SubscriberStatus.Bounced)]
    [InlineData("dropped", null, " spam reporting address ", SubscriberStatus.Complained)]
    [InlineData("dropped", null, "Unsubscribed Address", SubscriberStatus.Unsubscribed)]
    [InlineData("dropped", null, "Invalid SMTPAPI header", null)]
    [InlineData("dropped", null, "Spam Content", null)]
    [InlineData("dropped", null, "Recipient List over Package Quota", null)]
    [InlineData("dropped", null, null, null)]
    [InlineData("spamreport", null, null, SubscriberStatus.Complained)]
    [InlineData("unsubscribe", null, null, SubscriberStatus.Unsubscribed)]
    [InlineData("group_unsubscribe", null, null, SubscriberStatus.Unsubscribed)]
    [InlineData("group_resubscribe", null, null, null)]
    [InlineData("processed", null, null, null)]
    [InlineData("delivered", null, null, null)]
    [InlineData("open", null, null, null)]
    [InlineData("click", null, null, null)]
    [InlineData("account_status_change", "bounce", "Bounced Address", null)]
    public void Only_some_events_end_a_subscription(string kind, string? type, string? reason, SubscriberStatus? status)
    {
        var sendGridEvent = Event(kind, type, reason, issue: "work/2026-11-23");
        var ends = _interpreter.Ends(sendGridEvent, Now).ToList();

        Assert.Equal(status is not null, SendGridEventInterpreter.EndsSubscription(sendGridEvent));
        if (status is null)
            Assert.Empty(ends);
        else
            Assert.All(ends, end => Assert.Equal((status, On), (end.Status, end.HappenedOn)));
    }

    [Theory]
    [InlineData("bounce", "work/2026-11-23", "work health")]
    [InlineData("spamreport", "work/2026-11-23", "work health")]
    [InlineData("spamreport", null, "work health")]
    [InlineData("unsubscribe", "work/2026-11-23", "work")]
    [InlineData("group_unsubscribe", "HEALTH/2026-11-23", "health")]
    [InlineData("unsubscribe", null, "work health")]
    [InlineData("unsubscribe", "gone/2026-11-23", "")]
    [InlineData("unsubscribe", "", "")]
    public void An_unsubscription_ends_one_topic_and_a_bounce_ends_all(string kind, string? issue, string topics)
    {
        var ends = _interpreter.Ends(Event(kind, "bounce", issue: issue), Now);

        Assert.Equal(topics, string.Join(' ', ends.Select(end => end.Topic.Value)));
    }

    [Theory]
    [InlineData("5.1.1", SubscriberStatus.Bounced)]
    [InlineData(" 5.0.0", SubscriberStatus.Bounced)]
    [InlineData("4.2.2", null)]
    public void Without_a_type_the_code_of_the_mail_server_decides_about_a_bounce(string code, SubscriberStatus? status)
    {
        var bounce = Event("bounce", reason: "Unknown") with { SmtpStatus = code };

        Assert.Equal(status, _interpreter.Ends(bounce, Now).FirstOrDefault()?.Status);
        Assert.Empty(_interpreter.Ends(bounce with { Type = "blocked" }, Now));
    }

    [Fact]
    public void An_event_without_a_time_or_of_the_future_happens_now()
    {
        var complaint = Event("spamreport");

        Assert.All(_interpreter.Ends(complaint with { HappenedOn = null }, Now), end => Assert.Equal(Now, end.HappenedOn));
        Assert.All(_interpreter.Ends(complaint with { HappenedOn = Now.AddDays(1) }, Now), end => Assert.Equal(Now, end.HappenedOn));
        Assert.Equal(2, _interpreter.Ends(complaint with { HappenedOn = null }, Now).Count());
    }

    [Fact]
    public void An_event_without_an_address_ends_nothing() =>
        Assert.Empty(_interpreter.Ends(Event("spamreport") with { Address = null }, Now));

    [Fact]
    public void The_reason_is_SendGrids_without_addresses_and_names()
    {
        var bounce = Event("bounce", "bounce", "550 5.1.1 <amina@example.org> no mailbox for Amina. here");

        var end = _interpreter.Ends(bounce, Now).First();

        Assert.Equal("SendGrid: bounce, 550 5.1.1 *** no mailbox for *** here", end.Reason);
        Assert.Equal("SendGrid: spamreport", _interpreter.Ends(Event("spamreport"), Now).First().Reason);
    }

    [Fact]
    public void Every_event_of_a_call_acknowledges_it()
    {
        foreach (var kind in new[] { "processed", "delivered", "bounce", "dropped", "deferred", "open", "never heard of" })
        {
            var sendGridEvent = Event(kind, issue: "work/2026-11-23T140509", delivery: "40000000000000000000000000000000", call: "c-1");

            Assert.Equal(
                new SendAcknowledgement("work", "2026-11-23T140509", "40000000000000000000000000000000", "c-1"),
                _interpreter.Acknowledgement(sendGridEvent with { Address = null, HappenedOn = null }));
        }
    }

    [Theory]
    [InlineData(null, "40", "c")]
    [InlineData("work/2026-11-23", null, "c")]
    [InlineData("work/2026-11-23", "40", null)]
    [InlineData("work", "40", "c")]
    [InlineData("work/", "40", "c")]
    [InlineData("/2026-11-23", "40", "c")]
    [InlineData("work/2026-11-23/x", "40", "c")]
    [InlineData("gone/2026-11-23", "40", "c")]
    [InlineData("work/2026-11-23\n", "40", "c")]
    [InlineData("work/2026#11", "40", "c")]
    [InlineData("work/..", "40", "c")]
    [InlineData("work/2026-11-23", "4/0", "c")]
    [InlineData("work/2026-11-23", "4\\0", "c")]
    [InlineData("work/2026-11-23", "4?0", "c")]
    [InlineData("work/2026-11-23", "40'", "c")]
    [InlineData("work/2026-11-23", "40", "")]
    [InlineData("work/2026-11-23", "40", "c\0")]
    [InlineData("work/2026-11-23", "40", "ć")]
    public void An_event_with_malformed_ids_acknowledges_nothing(string? issue, string? delivery, string? call) =>
        Assert.Null(_interpreter.Acknowledgement(Event("processed", issue: issue, delivery: delivery, call: call)));

    [Fact]
    public void An_event_with_an_id_that_is_too_long_acknowledges_nothing() =>
        Assert.Null(_interpreter.Acknowledgement(Event("processed", issue: "work/2026-11-23", delivery: "40", call: new string('c', 101))));

    private static SendGridEvent Event(
        string kind, string? type = null, string? reason = null, string? issue = null, string? delivery = null, string? call = null)
    {
        Assert.True(EmailAddress.TryParse("amina@example.org", out var address));
        return new SendGridEvent(kind, "id", type, SmtpStatus: null, reason, address, On, issue, delivery, call);
    }
}
