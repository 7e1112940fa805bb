using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Submissions;

/// <summary>202 is a promise, also of an app that is killed the next moment. Azurite stays: it writes its files only every few seconds.</summary>
public sealed class KillTests(AzuriteFixture azurite)
{
    private const int Submissions = 500;
    private const int KillsWhileSending = 3;

    // The moments are random, and the same ones in every run.
    private const int Seed = 20261124;

    // A message that was in a killed app's hands is hidden for half a minute.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(180);

    private readonly string account = azurite.NewAccount();
    private readonly string[] titles = [.. Enumerable.Range(1, Submissions).Select(number => $"Practice {number}")];
    private readonly ConcurrentDictionary<string, bool> accepted = new();

    [Fact]
    public async Task What_was_answered_202_is_stored_once_however_often_the_app_is_killed()
    {
        var random = new Random(Seed);
        for (var kill = 1; kill <= KillsWhileSending; kill++)
        {
            await using var app = await StartAsync();
            await SendAsync(app, killAfter: random.Next(1, (Submissions - accepted.Count) / 2));
            Assert.InRange(accepted.Count, kill, Submissions - 1);
        }

        await using (var app = await StartAsync())
        {
            var (stored, killAfter) = (0, random.Next(1, 100));
            app.OnLine = line =>
            {
                if (line.EndsWith(" is stored.", StringComparison.Ordinal) && Interlocked.Increment(ref stored) == killAfter)
                    app.Kill();
            };
            await SendAsync(app);
        }

        await using var last = await StartAsync();
        while (accepted.Count < Submissions)
            await SendAsync(last);
        await Eventually.IsTrueAsync("the queue is empty", async () => await MessagesAsync("practice-submissions") == 0, Deadline);

        Assert.Equal(titles.Order(StringComparer.Ordinal), (await TitlesAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(0, await MessagesAsync("practice-submissions-poison"));
    }

    private async Task<AppProcess> StartAsync()
    {
        var app = AppProcess.Start([$"--PipelineStorage={account}", $"--AzureWebJobsStorage={account}"]);
        await app.UntilItRunsAsync();
        return app;
    }

    /// <summary>Sends side by side what was not accepted before.</summary>
    private async Task SendAsync(AppProcess app, int? killAfter = null)
    {
        var answers = 0;
        await Task.WhenAll(titles.Where(title => !accepted.ContainsKey(title)).Select(async title =>
        {
            if (!await IsAcceptedAsync(app, title))
                return;
            accepted[title] = true;
            if (Interlocked.Increment(ref answers) == killAfter)
                app.Kill();
        }));
    }

    /// <summary>A client takes every answer but 202, and none, for "not accepted", and repeats it.</summary>
    private static async Task<bool> IsAcceptedAsync(AppProcess app, string title)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = JsonContent.Create(Samples.Practice(title)) };
            // The status line is the promise; the kill may cut off what follows it.
            using var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<int> MessagesAsync(string queue) =>
        (await new QueueClient(account, queue).GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount;

    private async Task<IReadOnlyList<string>> TitlesAsync()
    {
        List<string> found = [];
        await foreach (var row in new TableClient(account, "Practices").QueryAsync<TableEntity>(cancellationToken: TestContext.Current.CancellationToken))
            found.Add(row.GetString("Title"));
        return found;
    }
}
