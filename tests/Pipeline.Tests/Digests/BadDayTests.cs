using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Functions.Operations;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class BadDayTests(AzuriteFixture azurite)
{
    private const int Readers = 4_000;
    private const int Ranges = 40;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_a_bad_day_at_SendGrid_four_thousand_in_four_languages_get_it_exactly_once()
    {
        await using var sendGrid = await BadDaySendGrid.StartAsync(seed: 20261124);
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(),
            services => services.AddSingleton<HttpPipelinePolicy>(new HastyQueues())
                .AddHttpClient(SendGridMailer.HttpClientName, client => client.Timeout = TimeSpan.FromSeconds(1)),
            "SendGrid:ApiKey=key", $"SendGrid:BaseUrl={sendGrid.Address}", sendGrid.WebhookSetting,
            "Digest:UnknownPolicy=Resend", "Digest:UnknownWindow=00:10:00");
        sendGrid.App = app;
        foreach (var language in Language.All)
            await app.SubscribersAsync(Readers / Language.All.Count, $"{language.Code}.reader", language);
        // As after an issue to many more, so that there are some hundred calls that may go wrong.
        await app.Storage.Digests.AddEntityAsync(
            new TableEntity(PipelineApp.Topic, "2026-01-01") { ["Status"] = "Closed", ["Candidates"] = Ranges * 900, ["Enqueued"] = true, ["Practices"] = "" }, Cancellation);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();

        // Some think better of their language while it is under way. Time goes fast here, but never ahead of SendGrid's events: what it took is proved before the window closes.
        var dice = new Random(20261124);
        TableEntity? issue = null;
        await app.WhileDrainingAsync(() => Eventually.IsTrueAsync("the issue is closed and nothing is unknown", async () =>
        {
            if (!sendGrid.OwesEvents)
            {
                app.Time.Advance(TimeSpan.FromSeconds(5));
                if (app.Time.GetUtcNow().Second < 5)
                    await app.RunTimerAsync(nameof(Sweep));
            }

            await ChangeLanguagesAsync(app, dice);
            issue = (await app.Storage.Digests.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation))[^1];
            return issue.GetString("Status") == "Closed" && issue.GetInt32("Unknown") == 0;
        }, TimeSpan.FromMinutes(4)));

        Assert.Equal((Readers, Readers, 0, 0), (
            issue!.GetInt32("Candidates"), issue.GetInt32("Sent"), issue.GetInt32("Skipped"), issue.GetInt32("Failed")));
        Assert.Equal(Readers, sendGrid.Mails.Count);
        Assert.All(sendGrid.Mails, mail => Assert.Equal(1, mail.Value));
        // Every way to fail was met.
        string[] ways = ["202, taken", "429", "500", "500, taken", "503", "503, taken", "reset", "reset, taken", "silence", "silence, taken"];
        Assert.Equal(ways, sendGrid.Ends.Keys.Order(StringComparer.Ordinal));
        TestContext.Current.SendDiagnosticMessage(string.Join("; ", sendGrid.Ends.Select(end => $"{end.Value} × {end.Key}")));
    }

    private static Task ChangeLanguagesAsync(PipelineApp app, Random dice) => Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
    {
        Language One() => Language.All[dice.Next(Language.All.Count)];
        var key = SubscriberSteps.KeyOf($"{One().Code}.reader{dice.Next(Readers / Language.All.Count)}@example.org").ToString();
        return app.Storage.Subscribers.UpdateEntityAsync(
            new TableEntity($"{PipelineApp.Topic}~{key[..2]}", key) { ["Language"] = One().Code }, ETag.All, TableUpdateMode.Merge, Cancellation);
    }));
}
