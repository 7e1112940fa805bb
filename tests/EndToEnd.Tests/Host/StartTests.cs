using System.Net;
using System.Net.Sockets;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>Faults that end the start with a sentence.</summary>
public sealed class StartTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("SampleQueue", "'%SampleQueue%' does not resolve to a value.")]
    [InlineData("SampleStorage", "SampleStorage")]
    public async Task A_missing_setting_of_a_trigger_is_named(string missing, string words)
    {
        await using var sample = await SampleApp.StartAsync(azurite.NewAccount(), without: missing);

        Assert.NotEqual(0, await sample.Host.ExitCodeAsync());

        Assert.StartsWith("The triggers cannot start: ", sample.Host.Output, StringComparison.Ordinal);
        Assert.Contains(words, sample.Host.Output, StringComparison.Ordinal);
        sample.Host.AssertNoStackTrace();
    }

    [Fact]
    public async Task A_start_that_waits_for_a_worker_can_be_stopped()
    {
        var port = FreePort.Next();
        await using var app = AppProcess.StartWith(azurite.NewAccount(), "--worker-port", $"{port}");
        await Eventually.IsTrueAsync("the host waits for a worker", () => StorageProbe.IsListeningAsync(port, Cancellation));

        Assert.Equal(0, await app.EndAsync());
    }

    [Fact]
    public async Task No_folder_is_watched_for_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc tells what a process watches.");
        await using var app = AppProcess.StartWith(azurite.NewAccount());
        await app.UntilItRunsAsync();

        Assert.DoesNotContain("inotify", app.OpenFiles());
    }

    [Fact]
    public async Task A_request_for_another_host_is_refused()
    {
        await using var app = AppProcess.StartWith(azurite.NewAccount());
        await app.UntilItRunsAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "mailbox.json") { Headers = { Host = "elsewhere.example" } };

        using var answer = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_port_that_another_program_uses_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await AssertEndsAsync(
            $"Port {port} is taken by another program",
            [.. AppProcess.StorageArguments(azurite.NewAccount()), "--port", $"{port}"]);
    }

    [Theory]
    [InlineData("The setting PipelineStorage is neither", "--PipelineStorage=abc")]
    [InlineData("The setting PipelineStorage is missing", "--PipelineStorage=")]
    [InlineData("The setting AzureWebJobsStorage is neither", "--AzureWebJobsStorage=abc")]
    [InlineData("The setting Digest__Day is 'Someday'", "--Digest__Day=Someday")]
    [InlineData("The setting SendGrid__From is missing", "--SendGrid__From=")]
    [InlineData("host.json: extensions.queues.batchSize", "--AzureFunctionsJobHost__extensions__queues__batchSize=33")]
    [InlineData(
        "host.json: extensions.queues.maxPollingInterval",
        "--AzureFunctionsJobHost__extensions__queues__maxPollingInterval=00:00:00")]
    public Task A_wrong_setting_ends_the_process_with_a_sentence(string sentence, string setting) =>
        AssertEndsAsync(sentence, [.. AppProcess.StorageArguments(azurite.NewAccount()), setting]);

    [Fact]
    public async Task A_folder_that_cannot_be_created_ends_the_process_with_a_sentence()
    {
        var file = Path.GetTempFileName();
        await AssertEndsAsync($"The folder {file} ", ["--storage-port-base", $"{FreePort.Next(inARow: 3)}", "--data", file]);
        File.Delete(file);
    }

    [Fact]
    public Task Without_Node_the_process_ends_with_a_sentence() => AssertEndsAsync(
        "Azurite, the storage emulator, needs Node 20 or later, but 'node' was not found.",
        ["--storage-port-base", $"{FreePort.Next(inARow: 3)}"],
        new Dictionary<string, string> { ["PATH"] = AppContext.BaseDirectory });

    private static async Task AssertEndsAsync(string sentence, string[] arguments, Dictionary<string, string>? environment = null)
    {
        await using var app = AppProcess.Start(arguments, environment);

        Assert.NotEqual(0, await app.ExitCodeAsync());

        Assert.StartsWith(sentence, app.Output, StringComparison.Ordinal);
        app.AssertNoStackTrace();
    }
}
