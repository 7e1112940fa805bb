using System.Net;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Tests.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>One delivery to readers of several languages.</summary>
public sealed class DigestLanguageTests(AzuriteFixture azurite)
{
    private static readonly Language English = Language.English;
    private static readonly Language French = Language.Find("fr")!;
    private static readonly Language Arabic = Language.Find("ar")!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everybody_gets_it_once_and_in_his_own_language()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var english = await app.SubscribersAsync(3, "english", English);
        var french = await app.SubscribersAsync(3, "french", French);
        var arabic = await app.SubscribersAsync(2, "arabic", Arabic);
        // As rows were before there were languages, and as an admin may leave them.
        var older = await app.SubscribersAsync(1, "older");
        await SetLanguageAsync(app, french[0], " FR ");
        await SetLanguageAsync(app, english[0], "Klingon");
        await app.PublishedAsync(Samples.Practice());
        await app.PublishedAsync(Samples.Practice("Second"));

        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        var mails = (await app.DigestsAsync()).ToDictionary(To);
        Assert.Equal(9, mails.Count);
        Assert.Equal((9, 9, 0), (issue.GetInt32("Candidates"), issue.GetInt32("Sent"), issue.GetInt32("Unknown")));
        Assert.Equal(3, app.SendGrid.Calls);
        Assert.Single(await app.RowsAsync(app.Storage.Deliveries));

        Assert.All(english.Concat(older), reader => Is(mails[reader], "en", "ltr", "Mainstreaming Migration into Development Planning:", "2 new practices were published.", "24 November 2026", "/submit\n"));
        Assert.All(french, reader => Is(mails[reader], "fr", "ltr", "Intégrer la migration dans la planification du développement\u00a0:", "2 nouvelles pratiques ont été publiées.", "24 novembre 2026", "/submit?lang=fr\n"));
        Assert.All(arabic, reader => Is(mails[reader], "ar", "rtl", "إدماج الهجرة في التخطيط للتنمية:", "عدد الممارسات الجديدة المنشورة: 2.", "24 نوفمبر 2026", "/submit?lang=ar\n"));

        // Each one leaves with a link of their own, whatever language it is in.
        foreach (var reader in (string[])[english[1], french[1], arabic[1]])
        {
            var link = mails[reader].GetProperty("headers").GetProperty("List-Unsubscribe").GetString()!.Trim('<', '>');
            Assert.Contains(link, mails[reader].GetProperty("html").GetString());
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link, new StringContent("List-Unsubscribe=One-Click"))).Status);
            Assert.Equal("Unsubscribed", await app.StatusAsync(reader));
        }
    }

    private static void Is(JsonElement mail, string language, string direction, string topic, string opening, string date, string link)
    {
        var (html, text) = (mail.GetProperty("html").GetString()!, mail.GetProperty("text").GetString()!);
        Assert.Contains($"<html lang=\"{language}\" dir=\"{direction}\">", html);
        Assert.StartsWith(topic, mail.GetProperty("subject").GetString());
        Assert.All([html, text], part => Assert.Contains(opening, part));
        Assert.All([html, text], part => Assert.Contains(date, part));
        Assert.Contains(link, text);
    }

    [Fact]
    public async Task The_same_issue_in_the_browser_is_in_the_language_of_the_visit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
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
    public async Task A_range_in_one_language_takes_one_call_and_one_in_two_takes_two(int french, int calls)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(2_500 - french, "english", English);
        await app.SubscribersAsync(french, "french", French);
        await app.PublishedAsync(Samples.Practice());

        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((2_500, 2_500), (issue.GetInt32("Candidates"), issue.GetInt32("Sent")));
        Assert.Equal(2_500, (await app.DigestsAsync()).Select(To).Distinct().Count());
        Assert.Equal(calls, app.SendGrid.Calls);
        await LedgerTilesAsync(app);
    }

    [Fact]
    public async Task Who_changes_his_language_while_it_waits_gets_it_once_and_a_proof_proves_its_own_request_alone()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(6, "arabic", Arabic);
        await app.SubscribersAsync(4, "english", English);
        List<string> calls = [];
        // Arabic: nobody knows. English: not now. Later one request of three is lost again, after SendGrid had it.
        app.SendGrid.Instead = async (number, request) =>
        {
            calls.Add(await CallOfAsync(request));
            return number switch
            {
                1 or 4 => throw new HttpRequestException(HttpRequestError.ResponseEnded),
                2 => SendGridWire.Answer(HttpStatusCode.TooManyRequests),
                _ => null,
            };
        };
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("it waits", async () => (await app.RowsAsync(app.Storage.Deliveries)).SingleOrDefault()?.GetString("Status") == "Waiting");
        Assert.Equal(["ar 0-6", "en 6-10"], calls);
        Assert.Equal("??????....", await OutcomesAsync(app));

        // Places 1 and 7: one is in doubt already, the other one is open.
        await SetLanguageAsync(app, await AtAsync(app, 1), "en");
        await SetLanguageAsync(app, await AtAsync(app, 7), "fr");
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await RedeliverAsync(app);

        Assert.Equal(["en 6-7", "fr 7-8", "en 8-10"], calls[2..]);
        Assert.Equal("??????s?ss", await OutcomesAsync(app));

        await ConfirmSentAsync(app, "7-8");
        Assert.Equal("??????ssss", await OutcomesAsync(app));
        await ConfirmSentAsync(app, "0-6");
        Assert.Equal("ssssssssss", await OutcomesAsync(app));
        await app.Get<DigestLedger>().SweepAsync(Cancellation);
        var issue = await app.ClosedIssueAsync();
        Assert.Equal((10, 10, 0), (issue.GetInt32("Candidates"), issue.GetInt32("Sent"), issue.GetInt32("Unknown")));
    }

    [Fact]
    public async Task A_letter_that_is_refused_in_one_language_costs_no_other_and_nobody_in_doubt_is_proved_by_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(7, "arabic", Arabic);
        await app.SubscribersAsync(4, "english", English);
        await app.SubscribersAsync(3, "french", French);
        List<string> calls = [];
        var isMended = false;
        app.SendGrid.Instead = async (_, request) =>
        {
            var call = await CallOfAsync(request);
            calls.Add(call);
            return isMended ? null : call[..2] switch
            {
                "ar" => SendGridWire.Answer(HttpStatusCode.BadRequest, """{"errors":[{"message":"Bad Request","field":null}]}"""),
                "en" => throw new HttpRequestException(HttpRequestError.ResponseEnded),
                _ => SendGridWire.Answer(HttpStatusCode.TooManyRequests),
            };
        };
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("it waits", async () => (await app.RowsAsync(app.Storage.Deliveries)).SingleOrDefault()?.GetString("Status") == "Waiting");
        Assert.Equal(".......????...", await OutcomesAsync(app));
        Assert.Contains("refuses all recipients with language ar", (await DeliveryAsync(app)).GetString("Reason"));

        // The last of the Arabic readers turns to French: those in doubt stand between this one and the others.
        await SetLanguageAsync(app, await AtAsync(app, 6), "fr");
        (isMended, calls) = (true, []);
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await RedeliverAsync(app);

        Assert.Equal(["ar 0-6", "fr 6-7", "fr 11-14"], calls);
        Assert.Equal("sssssss????sss", await OutcomesAsync(app));
        foreach (var call in (string[])["0-6", "6-7", "11-14"])
            await ConfirmSentAsync(app, call);
        Assert.Equal("sssssss????sss", await OutcomesAsync(app));
        Assert.Equal(10, (await app.DigestsAsync()).Select(To).Distinct().Count());
        Assert.All(await app.RowsAsync(app.Storage.Subscribers), row => Assert.Equal("Confirmed", row.GetString("Status")));
    }

    [Fact]
    public async Task A_subject_keeps_titles_that_run_the_other_way_apart()
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

    private static string To(JsonElement mail) => mail.GetProperty("to").GetString()!;

    /// <summary>The language of a request and whom it means.</summary>
    private static async Task<string> CallOfAsync(HttpRequestMessage request)
    {
        var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(Cancellation)).RootElement;
        var html = body.GetProperty("content")[1].GetProperty("value").GetString()!;
        return $"{html.Split("<html lang=\"")[1][..2]} {body.GetProperty("custom_args").GetProperty("call").GetString()}";
    }

    private static async Task<TableEntity> DeliveryAsync(PipelineApp app) => Assert.Single(await app.RowsAsync(app.Storage.Deliveries));

    private static async Task<string> OutcomesAsync(PipelineApp app) => (await DeliveryAsync(app)).GetString("Outcomes")!;

    /// <summary>Who stands at this place of the delivery.</summary>
    private static async Task<string> AtAsync(PipelineApp app, int place)
    {
        var row = await DeliveryAsync(app);
        var names = row.PartitionKey.Split('~');
        Assert.True(Pipeline.Subscribers.SubscriberKey.TryParse(row.RowKey, out var from));
        var key = (await app.Get<DeliveryTable>().FindAsync(names[0], names[1], from, Cancellation))!.Recipients[place].ToString();
        return (await app.RowsAsync(app.Storage.Subscribers)).Single(subscriber => subscriber.RowKey == key).GetString("Email");
    }

    private static async Task SetLanguageAsync(PipelineApp app, string email, string language)
    {
        var row = (await app.SubscriberAsync(email))!;
        await app.Storage.Subscribers.UpdateEntityAsync(
            new TableEntity(row.PartitionKey, row.RowKey) { ["Language"] = language }, ETag.All, TableUpdateMode.Merge, Cancellation);
    }

    private static async Task RedeliverAsync(PipelineApp app)
    {
        var row = await DeliveryAsync(app);
        var names = row.PartitionKey.Split('~');
        await app.Get<DeliveryProcessor>().DeliverAsync(new DeliveryMessage(names[0], names[1], row.RowKey, row.GetString("To")).Write(), Cancellation);
    }

    private static async Task ConfirmSentAsync(PipelineApp app, string call)
    {
        var row = await DeliveryAsync(app);
        var names = row.PartitionKey.Split('~');
        await app.Get<SendAcknowledgements>().RecordAsync([new SendAcknowledgement(names[0], names[1], row.GetString("Id"), call)], Cancellation);
    }

    private static async Task LedgerTilesAsync(PipelineApp app)
    {
        var expected = new string('0', 32);
        foreach (var row in (await app.RowsAsync(app.Storage.Deliveries)).OrderBy(row => row.RowKey, StringComparer.Ordinal))
        {
            Assert.Equal(expected, row.RowKey);
            expected = row.GetString("To");
        }

        Assert.Equal("~", expected);
    }
}
