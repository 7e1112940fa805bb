using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Functions.Operations;
using Pipeline.Languages;
using Pipeline.Mail;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class SendGridFaultTests(AzuriteFixture azurite)
{
    private const int Seed = 20261124;
    private const int Subscribers = 4_000;
    private const int Ranges = 40;

    [Fact]
    public async Task With_frequent_faults_of_SendGrid_every_subscriber_gets_the_digest_exactly_once()
    {
        await using var sendGrid = await FaultySendGrid.StartAsync(Seed);
        var account = azurite.NewAccount();
        await using var app = await PipelineApp.StartAsync(
            account,
            services => services.AddSingleton<HttpPipelinePolicy>(new ShortVisibilityTimeouts(account))
                .AddHttpClient(SendGridMailer.HttpClientName, client => client.Timeout = TimeSpan.FromSeconds(1)),
            "SendGrid:ApiKey=key", $"SendGrid:BaseUrl={sendGrid.Address}", sendGrid.WebhookSetting,
            "Digest:UnknownPolicy=Resend", "Digest:UnknownWindow=00:10:00");
        sendGrid.App = app;
        foreach (var language in Language.All)
            await app.AddSubscribersAsync(Subscribers / Language.All.Count, $"{language.Code}.reader", language);
        // Enough deliveries for more than a hundred calls.
        await app.AddIssueWithRangesAsync(Ranges);
        await app.PublishPracticeAsync();

        // Subscribers change their language meanwhile. The clock moves only if all events are posted, so that accepted mails are
        // acknowledged before the window ends.
        var random = new Random(Seed);
        StoredIssue? issue = null;
        await app.WhileDrainingAsync(() => Eventually.IsTrueAsync("the issue is closed and nothing is unknown", async () =>
        {
            if (!sendGrid.HasPendingEvents)
            {
                app.Time.Advance(TimeSpan.FromSeconds(5));
                if (app.Time.GetUtcNow().Second < 5)
                    await app.RunTimerAsync(nameof(Sweep));
            }

            await ChangeLanguagesAsync(app, random);
            // Without draining: that happens in the background.
            var issues = await app.Storage.Digests.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
            issue = new StoredIssue(issues[^1]);
            return issue is { Status: "Closed", Unknown: 0 };
        }, TimeSpan.FromMinutes(4)));

        Assert.Equal((Subscribers, Subscribers, 0, 0), (issue!.Candidates, issue.Sent, issue.Skipped, issue.Failed));
        Assert.Equal(Subscribers, sendGrid.Mails.Count);
        Assert.All(sendGrid.Mails, mail => Assert.Equal(1, mail.Value));
        // Every result occurred.
        string[] results =
        [
            "202, accepted", "429", "500", "500, accepted", "503", "503, accepted",
            "reset", "reset, accepted", "timeout", "timeout, accepted",
        ];
        Assert.Equal(results, sendGrid.Results.Keys.Order(StringComparer.Ordinal));
        TestContext.Current.SendDiagnosticMessage(string.Join("; ", sendGrid.Results.Select(result => $"{result.Value} × {result.Key}")));
    }

    private static Task ChangeLanguagesAsync(PipelineApp app, Random random) => Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
    {
        Language Any() => Language.All[random.Next(Language.All.Count)];
        var email = $"{Any().Code}.reader{random.Next(Subscribers / Language.All.Count)}@example.org";
        var row = SampleRows.SubscriberKeys(email);
        return app.Storage.Subscribers.EditAsync(row.PartitionKey, row.RowKey, "Language", Any().Code);
    }));
}
