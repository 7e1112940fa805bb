using Pipeline.Digests;
using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Core.Tests.Text;

public sealed class TypedWordsTests
{
    [Theory]
    [InlineData("Published.", PracticeStatus.Published)]
    [InlineData("“Published”", PracticeStatus.Published)]
    [InlineData("« publié »", PracticeStatus.Published)]
    [InlineData("PUBLIE", PracticeStatus.Published)]
    [InlineData("puplished", PracticeStatus.Published)]
    [InlineData("publihsed", PracticeStatus.Published)]
    [InlineData("veröffentlicht", PracticeStatus.Published)]
    [InlineData("sí", PracticeStatus.Published)]
    [InlineData("نعم", PracticeStatus.Published)]
    [InlineData("منشور.", PracticeStatus.Published)]
    [InlineData("y", PracticeStatus.Published)]
    [InlineData("true", PracticeStatus.Published)]
    [InlineData("ok", PracticeStatus.Published)]
    [InlineData("\u200Bpublished\u00A0", PracticeStatus.Published)]
    [InlineData("Unpublish", PracticeStatus.Pending)]
    [InlineData("en  attente", PracticeStatus.Pending)]
    [InlineData("rechazado!", PracticeStatus.Declined)]
    public void A_word_is_understood_in_each_language_and_with_one_typing_slip(string typed, PracticeStatus expected) =>
        Assert.Equal(expected, PracticeStatusWord.Read(typed));

    [Theory]
    [InlineData("not published")]
    [InlineData("publised?!?d")]
    [InlineData("pblshed")]
    [InlineData("?")]
    [InlineData("maybe")]
    [InlineData("2")]
    public void Other_words_are_not_understood(string typed) => Assert.Null(PracticeStatusWord.Read(typed));

    [Theory]
    [InlineData("resent", DeliveryDecision.Sent)]
    [InlineData("resend", DeliveryDecision.Resend)]
    [InlineData("sí", DeliveryDecision.Sent)]
    [InlineData("échec", DeliveryDecision.Failed)]
    [InlineData("", DeliveryDecision.None)]
    [InlineData("sned", null)]
    public void A_decision_to_send_again_is_never_guessed_from_a_short_word(string typed, DeliveryDecision? expected) =>
        Assert.Equal(expected, DeliveryDecisionWord.Read(typed));

    [Theory]
    [InlineData("confirmed.", SubscriberStatus.Confirmed)]
    [InlineData("Unsubscribd", SubscriberStatus.Unsubscribed)]
    [InlineData("désabonné", SubscriberStatus.Unsubscribed)]
    [InlineData("unconfirmed", SubscriberStatus.Unconfirmed)]
    [InlineData("", null)]
    [InlineData("yes", null)]
    public void Consent_is_never_guessed(string typed, SubscriberStatus? expected) =>
        Assert.Equal(expected, SubscriberStatuses.Read(typed));

    [Fact]
    public void No_word_has_two_meanings_in_one_column()
    {
        string[][] columns =
        [
            [AdminWords.Publish + ", " + AdminWords.Yes, AdminWords.Decline + ", " + AdminWords.No, AdminWords.Pend],
            [AdminWords.Send, AdminWords.Hold, AdminWords.Closed],
            [AdminWords.Sent + ", " + AdminWords.Yes, AdminWords.Resend, AdminWords.Failed + ", " + AdminWords.No, AdminWords.Unknown],
            [
                AdminWords.Confirmed, AdminWords.Unconfirmed, AdminWords.Unsubscribed, AdminWords.Bounced, AdminWords.Complained,
            ],
        ];
        foreach (var column in columns)
            Assert.Empty(column.SelectMany(words => words.Split(',').Select(TypedWord.Normalize).Distinct())
                .GroupBy(word => word).Where(same => same.Count() > 1).Select(same => same.Key));
    }
}
