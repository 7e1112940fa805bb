using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Submissions;

/// <summary>202 is a promise, also of an app that is killed the next moment. Azurite stays: it writes its files only every few seconds.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const int Submissions = 500;
    private const int KillsWhileSending = 3;

    // The moments are random, and the same ones in every run.
    private const int Seed = 20261124;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(180);

    private readonly StoragePorts _ports = new(FreePort.Next(inARow: 3));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-kill-");
    private AzuriteServer _azurite = null!;
    private readonly string[] _titles = [.. Enumerable.Range(1, Submissions).Select(number => $"Practice {number}")];
    private readonly ConcurrentDictionary<string, bool> _accepted = new();

    [Fact]
    public async Task What_was_answered_202_is_stored_once_however_often_the_app_is_killed()
    {
        var random = new Random(Seed);
        for (var kill = 1; kill <= KillsWhileSending; kill++)
        {
            await using var app = await StartAsync();
            await SendAsync(app, killAfter: random.Next(1, (Submissions - _accepted.Count) / 2));
            Assert.InRange(_accepted.Count, kill, Submissions - 1);
        }

        await using (var app = await StartAsync())
        {
            var (stored, killAfter) = (0, random.Next(1, 100));
            app.OnLine = line =>
            {
                if (line.Contains("Stored submission ", StringComparison.Ordinal) && Interlocked.Increment(ref stored) == killAfter)
                    app.Kill();
            };
            await SendAsync(app);
        }

        await using (var app = await StartAsync())
        {
            while (_accepted.Count < Submissions)
                await SendAsync(app);
            await Eventually.IsTrueAsync("what can be seen on the queue is stored", async () => (await Queue.PeekMessagesAsync(1, Cancellation)).Value.Length == 0);
        }

        await LetTenMinutesPassAsync();
        await using var last = await StartAsync();
        await Eventually.IsTrueAsync("the queue is empty", async () => await MessagesAsync("practice-submissions") == 0, Deadline);

        Assert.Equal(_titles.Order(StringComparer.Ordinal), (await TitlesAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(0, await MessagesAsync("practice-submissions-poison"));
    }

    public async ValueTask InitializeAsync() => _azurite = await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>
    /// A message that was in a killed app's hands is hidden for ten minutes: the Functions host takes it for so long, and prolongs that while the function
    /// runs. Azurite keeps the moment of its return in a file.
    /// </summary>
    private async Task LetTenMinutesPassAsync()
    {
        await _azurite.DisposeAsync();
        var path = Path.Combine(_folder.FullName, "__azurite_db_queue__.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancellation))!;
        foreach (var message in json["collections"]!.AsArray().SelectMany(collection => collection!["data"]!.AsArray()))
            if (message!["timeNextVisible"] is not null)
                message["timeNextVisible"] = 0;
        await File.WriteAllTextAsync(path, json.ToJsonString(), Cancellation);
        _azurite = await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation);
    }

    private async Task<AppProcess> StartAsync()
    {
        var app = AppProcess.Start(["--storage-port-base", $"{_ports.Blob}"]);
        await app.UntilItRunsAsync();
        return app;
    }

    /// <summary>Sends side by side what was not accepted before.</summary>
    private async Task SendAsync(AppProcess app, int? killAfter = null)
    {
        var answers = 0;
        await Task.WhenAll(_titles.Where(title => !_accepted.ContainsKey(title)).Select(async title =>
        {
            if (!await IsAcceptedAsync(app, title))
                return;
            _accepted[title] = true;
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
            using var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private QueueClient Queue => new(_ports.ConnectionString(), "practice-submissions");

    private async Task<int> MessagesAsync(string queue) =>
        (await new QueueClient(_ports.ConnectionString(), queue).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount;

    private async Task<IReadOnlyList<string>> TitlesAsync()
    {
        List<string> found = [];
        await foreach (var row in new TableClient(_ports.ConnectionString(), "Practices").QueryAsync<TableEntity>(cancellationToken: Cancellation))
            found.Add(new StoredPractice(row).Title);
        return found;
    }
}
