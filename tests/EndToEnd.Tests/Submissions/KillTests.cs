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

/// <summary>A submission answered with 202 survives a kill of the app. Azurite is not killed, because it writes its files late.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const int Submissions = 500;
    private const int KillsWhileSending = 3;

    // With more, storage is slower than the time-out of a request, and each request that is sent again adds a message.
    private const int AtOnce = 40;

    // The times of the kills are random, but the same in every run.
    private const int Seed = 20261124;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(180);

    private readonly StoragePorts _ports = new(FreePort.Next(inARow: 3));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-kill-");
    private readonly string[] _titles = [.. Enumerable.Range(1, Submissions).Select(number => $"Practice {number}")];
    private readonly ConcurrentDictionary<string, bool> _accepted = new();
    private AzuriteServer _azurite = null!;

    [Fact]
    public async Task A_submission_that_was_answered_with_202_is_stored_once_after_any_kill()
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
            await Eventually.IsTrueAsync("all are accepted", async () =>
            {
                await SendAsync(app);
                return _accepted.Count == Submissions;
            }, Deadline);
            await Eventually.IsTrueAsync("no message is visible", async () =>
                (await Queue("practice-submissions").PeekMessagesAsync(1, Cancellation)).Value.Length == 0, Deadline);
        }

        await ShowHiddenMessagesAsync();
        await using var last = await StartAsync();
        await Eventually.IsTrueAsync("the queue is empty", async () => await CountAsync("practice-submissions") == 0, Deadline);

        Assert.Equal(_titles.Order(StringComparer.Ordinal), (await TitlesAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(0, await CountAsync("practice-submissions-poison"));
    }

    public async ValueTask InitializeAsync() =>
        _azurite = await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Makes all messages visible.</summary>
    /// <remarks>The host hides the message of a running function for ten minutes; Azurite saves the time of its return in a file.</remarks>
    private async Task ShowHiddenMessagesAsync()
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

    private async Task SendAsync(AppProcess app, int? killAfter = null)
    {
        var answers = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation };
        await Parallel.ForEachAsync(_titles.Where(title => !_accepted.ContainsKey(title)).ToList(), options, async (title, _) =>
        {
            if (!await IsAcceptedAsync(app, title))
                return;
            _accepted[title] = true;
            if (Interlocked.Increment(ref answers) == killAfter)
                app.Kill();
        });
    }

    /// <summary>False for every answer except 202, and without an answer.</summary>
    private static async Task<bool> IsAcceptedAsync(AppProcess app, string title)
    {
        try
        {
            using var content = JsonContent.Create(Samples.Practice(title));
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = content };
            // The status line counts: a kill can cut off the rest of the answer.
            using var answer = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private QueueClient Queue(string name) => new(_ports.ConnectionString(), name);

    private async Task<int> CountAsync(string queue) =>
        (await Queue(queue).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount;

    private async Task<IReadOnlyList<string>> TitlesAsync()
    {
        var rows = new TableClient(_ports.ConnectionString(), "Practices").QueryAsync<TableEntity>(cancellationToken: Cancellation);
        return await rows.Select(row => new StoredPractice(row).Title).ToListAsync(Cancellation);
    }
}
