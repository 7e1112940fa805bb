using System.Net;
using System.Net.Http.Json;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class OutageTests : IDisposable
{
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
