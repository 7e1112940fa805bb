using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Azurite;
using Pipeline.Practices;
using Pipeline.Storage;
using Pipeline.Tests;
using Pipeline.Tests.InProcess;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class OutageTests : IDisposable
{
    // Much longer than the answers take, which is two to three seconds, and much shorter than without limits.
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(15);

    private readonly StoragePorts _ports = new(FreePort.Next(inARow: 3));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-outage-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Submissions_are_stored_before_and_after_a_long_outage()
    {
        var storage = await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation);
        await using var app = AppProcess.Start(["--storage-port-base", $"{_ports.Blob}"]);
        await app.UntilItRunsAsync();
        Assert.Equal(HttpStatusCode.Accepted, await SubmitAsync(app, "Before"));
        await app.UntilItSaysAsync("Stored submission");

        await storage.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SubmitAsync(app, "Meanwhile"));
        await app.UntilItSaysAsync("A listener failed");

        await using (await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation))
        {
            await app.UntilItSaysAsync("Restarted the listeners of queues and timers.");
            await SendMalformedAsync(500);
            Assert.Equal(HttpStatusCode.Accepted, await SubmitAsync(app, "After"));
            await Eventually.IsTrueAsync("both are stored", () => Task.FromResult(app.Output.Split("Stored submission").Length == 3));
            Assert.Equal(0, await app.EndAsync());
        }
    }

    [Fact]
    public async Task An_Azurite_that_ended_is_started_again_with_its_files()
    {
        await using var app = AppProcess.Start(["--storage-port-base", $"{_ports.Blob}", "--data", _folder.FullName]);
        await app.UntilItRunsAsync();
        var queue = new QueueClient(_ports.ConnectionString(), "kept");
        await queue.CreateAsync(cancellationToken: Cancellation);

        await Eventually.IsTrueAsync("Azurite has written its files", async () =>
            await ContainsAsync("__azurite_db_queue__.json", "kept") && await ContainsAsync("__azurite_db_table__.json", "Practices"));

        app.KillChildren("run.mjs");

        await app.UntilItSaysAsync("Azurite ended (exit code 137) and is restarted.");
        await app.UntilItSaysAsync("Restarted Azurite.");
        Assert.Equal(HttpStatusCode.Accepted, await SubmitAsync(app, "After"));
        await app.UntilItSaysAsync("Stored submission");
        Assert.True(await queue.ExistsAsync(Cancellation));
        Assert.Equal(0, await app.EndAsync());
    }

    /// <summary>Storage takes connections and does not answer, as behind a network that loses packets.</summary>
    [Fact]
    public async Task Every_address_answers_soon_while_storage_is_frozen_and_works_after_it()
    {
        await using var storage = await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation);
        await using var app = await StartAsync();
        try
        {
            Signal("STOP");
            await AssertAnswersAsync(app);
        }
        finally
        {
            Signal("CONT");
        }

        await AssertRecoversAsync(app);
    }

    [Fact]
    public async Task Every_address_answers_soon_while_storage_refuses_connections_and_works_after_it()
    {
        var storage = await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation);
        await using var app = await StartAsync();
        await storage.DisposeAsync();
        await AssertAnswersAsync(app);
        using (await app.Http.PostAsync("admin/functions/PublishDigest", JsonContent.Create(new { }), Cancellation))
            await app.UntilItSaysAsync("Failed to run PublishDigest: storage is unavailable");

        await using (await AzuriteServer.StartAsync(_ports, _folder.FullName, cancellationToken: Cancellation))
            await AssertRecoversAsync(app);
        // Also not of the worker, which logs functions that fail.
        app.AssertNoStackTrace();
    }

    private async Task<AppProcess> StartAsync()
    {
        // Without limits of posts, as every round sends the forms again, and without copies of pages.
        var app = AppProcess.Start(
        [
            "--storage-port-base", $"{_ports.Blob}", "--Pipeline:PageAge=00:00:00",
            "--Limits:FormPostsPerMinute=0", "--Limits:ApiPostsPerMinute=0",
        ]);
        await app.UntilItRunsAsync();
        app.Http.Timeout = AnswerDeadline;
        Assert.Empty(await WrongAnswersAsync(app, healthy: true));
        return app;
    }

    private static async Task AssertAnswersAsync(AppProcess app)
    {
        // The first answers tell that storage fails, the second ones come without a call.
        for (var round = 1; round <= 2; round++)
            Assert.Empty(await WrongAnswersAsync(app, healthy: false));
        app.AssertNoStackTrace();
    }

    private static async Task AssertRecoversAsync(AppProcess app)
    {
        await Eventually.IsTrueAsync("all addresses work", async () => (await WrongAnswersAsync(app, healthy: true)).Count == 0);
        Assert.Equal(0, await app.EndAsync());
    }

    /// <summary>Calls all HTTP functions at the same time.</summary>
    /// <param name="healthy">True if no answer may be 503; otherwise only those may be another status that need no storage.</param>
    private static async Task<IReadOnlyList<string>> WrongAnswersAsync(AppProcess app, bool healthy)
    {
        var answers = await Task.WhenAll(
            from function in FunctionMethod.All
            where function.Http is not null
            from method in function.Http!.Methods ?? []
            where method is not "head"
            select AnswerAsync(app, method, Address(function.Http!.Route ?? "")));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        return
        [
            .. answers
                .Where(answer => answer.Status is HttpStatusCode.InternalServerError or null
                    || answer.IsUnavailable && (healthy || !answer.SaysWhen && answer.Address != "api/health"))
                .Select(answer => $"{answer.Method} /{answer.Address}: {answer.Status?.ToString() ?? "no answer"}"),
            .. healthy || answers.Count(answer => answer.IsUnavailable) > 10 ? [] : (string[])["few are 503"],
        ];
    }

    private static string Address(string route) => route
        .Replace("{topic}", PipelineApp.Topic, StringComparison.Ordinal)
        .Replace("{reference}", Reference.Of("some practice").ToString(), StringComparison.Ordinal)
        .Replace("{issue}", "2026-11-23", StringComparison.Ordinal)
        .Replace("{*path}", "nowhere", StringComparison.Ordinal);

    private static async Task<Answer> AnswerAsync(AppProcess app, string method, string address)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (request.Method == HttpMethod.Post)
            request.Content = new FormUrlEncodedContent(
                Samples.Practice($"At {address}").With("email", "angelica.pinzon@example.org").With("step", "send"));
        try
        {
            using var answer = await app.Http.SendAsync(request, Cancellation);
            return new Answer(method, address, answer.StatusCode, answer.Headers.RetryAfter is not null);
        }
        catch (TaskCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            return new Answer(method, address, null, false);
        }
    }

    /// <summary>Signals the Azurite of this test.</summary>
    private void Signal(string signal)
    {
        var azurite = Process.GetProcesses().Select(process => process.Id).Single(id => ProcFile.Read($"/proc/{id}/cmdline") is var line
            && line.Contains("run.mjs", StringComparison.Ordinal) && line.Contains($"{_ports.Table}", StringComparison.Ordinal));
        using var kill = Process.Start("kill", [$"-{signal}", $"{azurite}"]);
        kill.WaitForExit();
    }

    private sealed record Answer(string Method, string Address, HttpStatusCode? Status, bool SaysWhen)
    {
        public bool IsUnavailable => Status == HttpStatusCode.ServiceUnavailable;
    }

    private async Task SendMalformedAsync(int count)
    {
        var queue = new QueueClient(_ports.ConnectionString(), QueueNames.Submissions);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), Cancellation, async (number, cancellation) =>
            await queue.SendMessageAsync($"No submission {number}", cancellation));
    }

    private async Task<bool> ContainsAsync(string file, string word)
    {
        var path = Path.Combine(_folder.FullName, file);
        return File.Exists(path) && (await File.ReadAllTextAsync(path, Cancellation)).Contains(word, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> SubmitAsync(AppProcess app, string title)
    {
        using var answer = await app.Http.PostAsync("api/submissions", JsonContent.Create(Samples.Practice(title)), Cancellation);
        return answer.StatusCode;
    }
}
