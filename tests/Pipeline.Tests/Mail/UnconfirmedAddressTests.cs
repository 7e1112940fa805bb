using System.Net;
using Pipeline.Languages;
using Pipeline.Operations;
using Pipeline.Tests.Subscribers;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>A mail to an address that is not confirmed has no words of the person who entered the address.</summary>
public sealed class UnconfirmedAddressTests(AzuriteFixture azurite)
{
    private const string Stranger = "stranger@example.org";

    public static TheoryData<string, string> StatusesAndLanguages => new MatrixTheoryData<string, string>(
        ["Published", "Declined"], [.. Language.All.Select(language => language.Code)]);

    [Theory]
    [MemberData(nameof(StatusesAndLanguages))]
    public async Task A_status_mail_names_the_practice_by_its_reference_and_topic(string status, string language)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        Dictionary<string, string> submission = new()
        {
            ["topic"] = PipelineApp.Topic,
            ["title"] = "Zzzbuytitle",
            ["summary"] = "Zzzbuysummary is a text that is long enough to be a summary of a practice.",
            ["honorific"] = "Zzzbuyhonor",
            ["submitter"] = "Zzzbuyname",
            ["organisation"] = "Zzzbuyorganisation",
            ["link"] = "https://zzzbuylink.example.org/",
            ["country"] = "CR",
            ["email"] = Stranger,
        };
        app.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var reference = await app.SubmitAcceptedAsync(submission);
        Assert.Contains("Zzzbuytitle", (await app.PracticeAsync(reference)).Title);
        await app.SetStatusAsync(reference, status);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);

        var mail = Assert.Single(await app.MailsAsync(Stranger));
        var whole = string.Join('\n', mail.Headers.Values.Concat(mail.CustomArgs.Values).Concat([mail.Subject, mail.Html, mail.Text]));
        Assert.DoesNotContain("zzzbuy", whole, StringComparison.OrdinalIgnoreCase);
        foreach (var part in new[] { mail.Text, WebUtility.HtmlDecode(mail.Html) })
        {
            Assert.Contains(reference, part);
            Assert.Contains($"practices/{PipelineApp.Topic}/{reference}", part);
            Assert.Contains(await TopicNameAsync(app, language), part);
        }

        Assert.Contains($"dir=\"{(language == "ar" ? "rtl" : "ltr")}\"", mail.Html);
    }

    [Fact]
    public async Task A_confirmation_mail_has_nothing_that_was_typed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var answer = await app.Http.PostAsync(
            "api/subscriptions?name=Zzzbuy",
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["email"] = Stranger,
                ["topic"] = PipelineApp.Topic,
                ["name"] = "Zzzbuy",
                ["language"] = "en-Zzzbuy",
            }),
            Cancellation);
        Assert.True(answer.IsSuccessStatusCode);

        var mail = Assert.Single(await app.MailsAsync(Stranger));
        var whole = string.Join('\n', mail.Headers.Values.Concat(mail.CustomArgs.Values).Concat([mail.Subject, mail.Html, mail.Text]));
        Assert.DoesNotContain("zzzbuy", whole, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("/subscriptions/confirm", await app.ConfirmationLinkAsync(Stranger));
    }

    private static Task<string> TopicNameAsync(PipelineApp app, string language)
    {
        var topic = app.Get<TopicCatalog>().Find(PipelineApp.Topic)!;
        return Language.Find(language)!.RunAsync(() => Task.FromResult(topic.Name.ToString()));
    }
}
