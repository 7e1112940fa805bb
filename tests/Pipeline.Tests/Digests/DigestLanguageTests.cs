using System.Net;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Tests.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class DigestLanguageTests(AzuriteFixture azurite)
{
    private static readonly Language English = Language.English;
    private static readonly Language French = Language.Find("fr")!;
    private static readonly Language Arabic = Language.Find("ar")!;

    [Fact]
    public async Task Every_subscriber_gets_the_digest_once_in_their_language()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var english = await app.AddSubscribersAsync(3, "english", English);
        var french = await app.AddSubscribersAsync(3, "french", French);
        var arabic = await app.AddSubscribersAsync(2, "arabic", Arabic);
        // Without a language, as rows were before there were languages, and with what an admin may type.
        var older = await app.AddSubscribersAsync(1, "older");
        await SetLanguageAsync(app, french[0], " FR ");
        await SetLanguageAsync(app, english[0], "Klingon");
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.SubmitPublishedAsync(Samples.Practice("Second"));

        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        var mails = (await app.DigestsAsync()).ToDictionary(mail => mail.To);
        Assert.Equal(9, mails.Count);
        Assert.Equal((9, 9, 0), (issue.Candidates, issue.Sent, issue.Unknown));
        Assert.Equal(3, app.SendGrid.Calls);
        await app.DeliveryAsync();

        Assert.All(english.Concat(older), reader => AssertLanguage(
            mails[reader], "en", "ltr", "Mainstreaming Migration into Development Planning:",
            "2 new practices were published.", "24 November 2026", "/submit\n"));
        Assert.All(french, reader => AssertLanguage(
            mails[reader], "fr", "ltr", "Intégrer la migration dans la planification du développement\u00a0:",
            "2 nouvelles pratiques ont été publiées.", "24 novembre 2026", "/submit?lang=fr\n"));
        Assert.All(arabic, reader => AssertLanguage(
            mails[reader], "ar", "rtl", "إدماج الهجرة في التخطيط للتنمية:",
            "عدد الممارسات الجديدة المنشورة: 2.", "24 نوفمبر 2026", "/submit?lang=ar\n"));

        // Each link unsubscribes its own recipient.
        foreach (var reader in (string[])[english[1], french[1], arabic[1]])
        {
            var link = mails[reader].UnsubscribeLink;
            Assert.Contains(link, mails[reader].Html);
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link, new StringContent("List-Unsubscribe=One-Click"))).Status);
            Assert.Equal("Unsubscribed", await app.StatusAsync(reader));
        }
    }

    private static void AssertLanguage(
        ReceivedMail mail, string language, string direction, string topic, string opening, string date, string link)
    {
        Assert.Contains($"<html lang=\"{language}\" dir=\"{direction}\">", mail.Html);
        Assert.StartsWith(topic, mail.Subject);
        Assert.All([mail.Html, mail.Text], part => Assert.Contains(opening, part));
        Assert.All([mail.Html, mail.Text], part => Assert.Contains(date, part));
        Assert.Contains(link, mail.Text);
    }

    [Fact]
    public async Task The_page_of_an_issue_is_in_the_language_of_the_request()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();

        var page = await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}/{issue.RowKey}?lang=ar", Cancellation);

        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", page);
        Assert.Contains("نُشرت ممارسة جديدة واحدة.", page);
        Assert.Contains("Migra Movil", page);
        Assert.Contains("One new practice", await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1_250, 6)]
    public async Task A_range_takes_one_call_for_each_language(int french, int calls)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2_500 - french, "english", English);
        await app.AddSubscribersAsync(french, "french", French);

        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((2_500, 2_500), (issue.Candidates, issue.Sent));
        Assert.Equal(2_500, (await app.DigestsAsync()).Select(mail => mail.To).Distinct().Count());
        Assert.Equal(calls, app.SendGrid.Calls);
        DigestSteps.AssertIsComplete(await app.DeliveriesAsync());
    }

    [Fact]
    public async Task Subscribers_who_change_their_language_during_a_delivery_get_it_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(6, "arabic", Arabic);
        await app.AddSubscribersAsync(4, "english", English);
        List<string> calls = [];
        // The outcome of the Arabic request is unknown, and SendGrid refuses the English one for now. Later the outcome of one of three
        // requests is unknown.
        app.SendGrid.Instead = async (number, request) =>
        {
            calls.Add(await CallOfAsync(request));
            return number switch
            {
                1 or 4 => throw SendGridWire.ConnectionBroken(),
                2 => SendGridWire.Answer(HttpStatusCode.TooManyRequests),
                _ => null,
            };
        };
        await app.PublishPracticeAsync();
        await app.UntilDeliveryWaitsAsync();
        Assert.Equal(["ar 0-6", "en 6-10"], calls);
        Assert.Equal("??????....", await OutcomesAsync(app));

        // The outcome of recipient 1 is unknown, and recipient 7 is open.
        await SetLanguageAsync(app, await RecipientAsync(app, 1), "en");
        await SetLanguageAsync(app, await RecipientAsync(app, 7), "fr");
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();

        Assert.Equal(["en 6-7", "fr 7-8", "en 8-10"], calls[2..]);
        Assert.Equal("??????s?ss", await OutcomesAsync(app));

        await AcknowledgeAsync(app, "7-8");
        Assert.Equal("??????ssss", await OutcomesAsync(app));
        await AcknowledgeAsync(app, "0-6");
        Assert.Equal("ssssssssss", await OutcomesAsync(app));
        await app.SweepLedgerAsync();
        var issue = await app.ClosedIssueAsync();
        Assert.Equal((10, 10, 0), (issue.Candidates, issue.Sent, issue.Unknown));
    }

    [Fact]
    public async Task A_mail_that_is_refused_in_one_language_is_sent_in_the_others()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(7, "arabic", Arabic);
        await app.AddSubscribersAsync(4, "english", English);
        await app.AddSubscribersAsync(3, "french", French);
        List<string> calls = [];
        var isFixed = false;
        app.SendGrid.Instead = async (_, request) =>
        {
            var call = await CallOfAsync(request);
            calls.Add(call);
            return isFixed ? null : call[..2] switch
            {
                "ar" => SendGridWire.Answer(HttpStatusCode.BadRequest, """{"errors":[{"message":"Bad Request","field":null}]}"""),
                "en" => throw SendGridWire.ConnectionBroken(),
                _ => SendGridWire.Answer(HttpStatusCode.TooManyRequests),
            };
        };
        await app.PublishPracticeAsync();
        await app.UntilDeliveryWaitsAsync();
        Assert.Equal(".......????...", await OutcomesAsync(app));
        Assert.Contains("refuses all recipients with language ar", (await app.DeliveryAsync()).Reason);

        // The last Arabic recipient changes to French. The unknown recipients are between this one and the other French ones.
        await SetLanguageAsync(app, await RecipientAsync(app, 6), "fr");
        (isFixed, calls) = (true, []);
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();

        Assert.Equal(["ar 0-6", "fr 6-7", "fr 11-14"], calls);
        Assert.Equal("sssssss????sss", await OutcomesAsync(app));
        foreach (var call in (string[])["0-6", "6-7", "11-14"])
            await AcknowledgeAsync(app, call);
        Assert.Equal("sssssss????sss", await OutcomesAsync(app));
        Assert.Equal(10, (await app.DigestsAsync()).Select(mail => mail.To).Distinct().Count());
        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Confirmed", row.Status));
    }

    [Fact]
    public async Task A_subject_isolates_titles_in_the_other_direction()
    {
        Assert.Equal("Migra Movil", Direction.Isolate("Migra Movil"));
        Assert.Equal("\u2068خطة\u2069", Direction.Isolate("خطة"));
        await Arabic.RunAsync(() =>
        {
            Assert.Equal("\u2068Migra Movil\u2069", Direction.Isolate("Migra Movil"));
            Assert.Equal("\u2068خطة UNDP 2030\u2069", Direction.Isolate("خطة UNDP 2030"));
            Assert.Equal("خطة 2030", Direction.Isolate("خطة 2030"));
            Assert.Equal("\u2068خطة \u202e2030\u2069", Direction.Isolate("خطة \u202e2030"));
            return Task.FromResult(true);
        });
    }

    /// <summary>The language of a request and its recipients, such as "ar 0-6".</summary>
    private static async Task<string> CallOfAsync(HttpRequestMessage request)
    {
        var sent = await SendGridRequest.ReadAsync(request);
        return $"{sent.Html.Split("<html lang=\"")[1][..2]} {sent.CustomArgs["call"]}";
    }

    private static async Task<string> OutcomesAsync(PipelineApp app) => (await app.DeliveryAsync()).Outcomes;

    private static async Task<string> RecipientAsync(PipelineApp app, int index)
    {
        var row = await app.DeliveryAsync();
        var issue = row.PartitionKey.Split('~');
        Assert.True(SubscriberKey.TryParse(row.RowKey, out var from));
        var delivery = await app.Get<DeliveryTable>().FindAsync(issue[0], issue[1], from, Cancellation);
        var key = delivery!.Recipients[index].ToString();
        return (await app.SubscribersAsync()).Single(subscriber => subscriber.RowKey == key).Email;
    }

    private static async Task SetLanguageAsync(PipelineApp app, string email, string language) =>
        await app.Storage.Subscribers.EditAsync((await app.SubscriberAsync(email))!, "Language", language);

    private static async Task AcknowledgeAsync(PipelineApp app, string call) =>
        await app.AcknowledgeAsync(await app.DeliveryAsync(), call: call);
}
