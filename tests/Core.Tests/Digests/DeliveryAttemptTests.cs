using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Core.Tests.Digests;

public sealed class DeliveryAttemptTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly SendOutcome Sent = new SendOutcome.Sent();
    private static readonly SendOutcome Refused = new SendOutcome.Refused("No such address.", NamesRecipient: true);
    private static readonly SendOutcome RefusedWithoutReason = new SendOutcome.Refused("no reason given", NamesRecipient: false);

    [Fact]
    public void Each_language_is_one_request()
    {
        var (attempt, calls) = Run("eeffe", _ => Sent);

        Assert.Equal(["0-2 en", "2-4 fr", "4-5 en"], calls);
        Assert.Equal(("sssss", "0-2 2-4 4-5"), (attempt.Outcomes.Codes, string.Join(' ', attempt.Accepted)));
    }

    [Fact]
    public void A_request_has_only_open_recipients_and_ends_before_an_unknown_one()
    {
        var (attempt, calls) = Run("eeee", _ => Sent, outcomes: ".?..");

        Assert.Equal(["0-1 en", "2-4 en"], calls);
        Assert.Equal("s?ss", attempt.Outcomes.Codes);
    }

    [Fact]
    public void A_refused_request_is_halved_until_the_refused_address_is_alone()
    {
        var (attempt, calls) = Run(
            "eeeeeeee", call => call.Recipients.ToArray().Any(recipient => recipient.Place == 5) ? Refused : Sent);

        Assert.Equal(["0-8 en", "0-4 en", "4-8 en", "4-6 en", "4-5 en", "5-6 en", "6-8 en"], calls);
        Assert.Equal("sssssfss", attempt.Outcomes.Codes);
        Assert.Contains("No such address.", Assert.Single(attempt.Reasons));
    }

    [Fact]
    public void An_unknown_outcome_applies_only_to_its_request()
    {
        var unknown = new SendOutcome.Unknown("SendGrid answered 500.");

        var (attempt, _) = Run("eeff", call => call.Language == Language.English ? unknown : Sent);

        Assert.Equal("??ss", attempt.Outcomes.Codes);
    }

    [Fact]
    public void If_SendGrid_does_not_take_a_request_the_rest_waits_for_the_time_that_it_gives()
    {
        var notTaken = new SendOutcome.NotTaken("SendGrid's rate limit is reached (429).", TimeSpan.FromSeconds(42));

        var (attempt, calls) = Run("eeff", _ => notTaken);

        Assert.Single(calls);
        Assert.Equal(("....", TimeSpan.FromSeconds(42)), (attempt.Outcomes.Codes, attempt.Delay));
    }

    [Fact]
    public void If_all_recipients_of_a_language_are_refused_without_a_reason_only_this_language_waits()
    {
        var (attempt, calls) = Run("eeeeeeeeff", call => call.Language == Language.English ? RefusedWithoutReason : Sent);

        Assert.Equal("8-10 fr", calls[^1]);
        Assert.Equal(("........ss", TimeSpan.FromMinutes(5)), (attempt.Outcomes.Codes, attempt.Delay));
        Assert.StartsWith("SendGrid refuses all recipients with language en", attempt.Reasons[^1]);
    }

    [Fact]
    public void Refusals_without_a_reason_count_if_SendGrid_accepted_another_recipient_of_the_language()
    {
        var (attempt, _) = Run("eeeeeeee", call => call.Range.To == 1 ? Sent : RefusedWithoutReason);

        Assert.Equal("sfffffff", attempt.Outcomes.Codes);
    }

    [Fact]
    public void If_the_app_stops_nothing_more_is_sent_and_the_rest_is_returned_without_delay()
    {
        var attempt = new DeliveryAttempt(Claimed("...."), Recipients("eeff"));
        attempt.Record(attempt.Next(Now, isStopping: false)!, Sent);

        Assert.Null(attempt.Next(Now, isStopping: true));
        Assert.Equal(("ss..", TimeSpan.Zero), (attempt.Outcomes.Codes, attempt.Delay));
        Assert.Equal(["The app was stopping."], attempt.Reasons);
    }

    [Fact]
    public void An_attempt_ends_before_its_lease_does()
    {
        var attempt = new DeliveryAttempt(Claimed("...."), Recipients("eeff"));
        attempt.Record(attempt.Next(Now, isStopping: false)!, Sent);

        Assert.Null(attempt.Next(Now + DeliveryAttempt.LeaseDuration / 2 + TimeSpan.FromSeconds(1), isStopping: false));
        Assert.Equal("ss..", attempt.Outcomes.Codes);
    }

    /// <param name="languages">One character for each recipient: e for English, f for French.</param>
    /// <param name="outcomes">The outcomes of the delivery; all are open by default.</param>
    private static (DeliveryAttempt Attempt, List<string> Calls) Run(
        string languages, Func<DeliveryCall, SendOutcome> answer, string? outcomes = null)
    {
        outcomes ??= new string('.', languages.Length);
        var attempt = new DeliveryAttempt(
            Claimed(outcomes), [.. Recipients(languages).Where(recipient => outcomes[recipient.Place] == '.')]);
        List<string> calls = [];
        while (attempt.Next(Now, isStopping: false) is { } call)
        {
            calls.Add($"{call.Range} {call.Language.Code}");
            attempt.Record(call, answer(call));
        }

        return (attempt, calls);
    }

    private static List<Recipient> Recipients(string languages) =>
    [
        .. languages.Select((language, place) => new Recipient(place, new Subscriber(
            new SubscriberKey((UInt128)place), $"reader{place}@example.org", SubscriberStatus.Confirmed,
            Language.Find(language == 'f' ? "fr" : "en")!))),
    ];

    private static Delivery Claimed(string outcomes) => new()
    {
        Topic = "topic",
        Issue = "2026-11-23",
        Range = HashRange.Split(1).Single(),
        IssueStartedOn = default,
        Id = "id",
        LeaseId = "lease",
        Status = DeliveryStatus.Claimed,
        Recipients = [],
        Outcomes = new Outcomes(outcomes),
        Attempts = 1,
        ClaimedOn = Now,
    };
}
