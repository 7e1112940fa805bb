using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Settings;
using Xunit;

namespace Pipeline.Tests.LocalHost;

/// <summary>What cannot work stops the start, with a sentence that names the culprit.</summary>
public sealed class StartTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData(typeof(SameName), "Twice")]
    [InlineData(typeof(SameRoute), "First", "Second", "GET")]
    [InlineData(typeof(ReservedRoute), "ReservedRoute", "administration")]
    [InlineData(typeof(BadSchedule), "BadSchedule", "every now and then")]
    [InlineData(typeof(MissingSetting), "MissingSetting", "NoSuchSetting")]
    [InlineData(typeof(MissingConnection), "MissingConnection", "NoSuchStorage")]
    [InlineData(typeof(NoTrigger), "NoTrigger")]
    [InlineData(typeof(UnknownParameter), "UnknownParameter", "'stranger'")]
    [InlineData(typeof(BadQueueName), "BadQueueName", "'A_Queue'")]
    public async Task It_says_what_is_wrong(Type functions, params string[] words)
    {
        using var host = RunningHost.Build(azurite.NewAccount(), [functions]);

        var exception = await Assert.ThrowsAsync<StartException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.All(words, word => Assert.Contains(word, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_fault_has_a_sentence()
    {
        using var host = RunningHost.Build(azurite.NewAccount(), [typeof(BadSchedule), typeof(MissingSetting)]);

        var exception = await Assert.ThrowsAsync<StartException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(2, exception.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await RunningHost.StartAsync(azurite.NewAccount(), [typeof(Fine)]);
        var port = first.Client.BaseAddress!.Port;
        using var second = RunningHost.Build(azurite.NewAccount(), [typeof(Fine)], settings: $"--port={port}");

        var exception = await Assert.ThrowsAsync<StartException>(() => second.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains($"Port {port} ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--port", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The setting PipelineStorage is neither", "--PipelineStorage=abc")]
    [InlineData("The setting PipelineStorage is missing", "--PipelineStorage=")]
    [InlineData("The setting AzureWebJobsStorage is neither", "--AzureWebJobsStorage=abc")]
    [InlineData("The setting Digest__Day is 'Someday'", "--Digest__Day=Someday")]
    [InlineData("The setting SendGrid__From is missing", "--SendGrid__From=")]
    [InlineData("host.json: extensions.queues.batchSize", "--AzureFunctionsJobHost__extensions__queues__batchSize=33")]
    [InlineData("host.json: extensions.queues.maxPollingInterval", "--AzureFunctionsJobHost__extensions__queues__maxPollingInterval=00:00:00")]
    public Task A_wrong_setting_ends_the_process_with_a_sentence(string sentence, string setting)
    {
        var account = azurite.NewAccount();
        return AssertEndsAsync(sentence, [$"--PipelineStorage={account}", $"--AzureWebJobsStorage={account}", setting]);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_ends_the_process_with_a_sentence()
    {
        var file = Path.GetTempFileName();
        await AssertEndsAsync($"The folder {file} ", ["--storage-port-base", $"{FreePort.Next(inARow: 3)}", "--data", file]);
        File.Delete(file);
    }

    [Fact]
    public Task Without_Node_the_process_ends_with_a_sentence() => AssertEndsAsync(
        "Storage runs on Azurite, which needs Node 20 or newer, but 'node' was not found.",
        ["--storage-port-base", $"{FreePort.Next(inARow: 3)}"],
        new Dictionary<string, string> { ["PATH"] = AppContext.BaseDirectory });

    private static async Task AssertEndsAsync(string sentence, string[] arguments, Dictionary<string, string>? environment = null)
    {
        await using var app = AppProcess.Start(arguments, environment);

        Assert.NotEqual(0, await app.ExitCodeAsync());

        Assert.StartsWith(sentence, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    internal static class Fine
    {
        [Function("Fine")]
        public static void Run([HttpTrigger("get")] HttpRequest request) => Assert.NotNull(request);
    }

    internal static class SameName
    {
        [Function("Twice")]
        public static void One([HttpTrigger("get", Route = "one")] HttpRequest request) => Assert.NotNull(request);

        [Function("twice")]
        public static void Two([HttpTrigger("get", Route = "two")] HttpRequest request) => Assert.NotNull(request);
    }

    internal static class SameRoute
    {
        [Function("First")]
        public static void One([HttpTrigger("get", "post", Route = "things/{id}")] HttpRequest request) => Assert.NotNull(request);

        [Function("Second")]
        public static void Two([HttpTrigger("get", Route = "Things/{number}")] HttpRequest request) => Assert.NotNull(request);
    }

    internal static class ReservedRoute
    {
        [Function("ReservedRoute")]
        public static void Run([HttpTrigger("get", Route = "administration/{name}")] HttpRequest request) => Assert.NotNull(request);
    }

    internal static class BadSchedule
    {
        [Function("BadSchedule")]
        public static void Run([TimerTrigger("every now and then")] TimerInfo timer) => Assert.NotNull(timer);
    }

    internal static class MissingSetting
    {
        [Function("MissingSetting")]
        public static void Run([QueueTrigger("%NoSuchSetting%")] string message) => Assert.NotNull(message);
    }

    internal static class MissingConnection
    {
        [Function("MissingConnection")]
        public static void Run([QueueTrigger("queue", Connection = "NoSuchStorage")] string message) => Assert.NotNull(message);
    }

    internal static class NoTrigger
    {
        [Function("NoTrigger")]
        public static void Run()
        {
        }
    }

    internal static class UnknownParameter
    {
        [Function("UnknownParameter")]
        public static void Run([HttpTrigger("get", Route = "somewhere/{id}")] HttpRequest request, string id, string stranger) =>
            Assert.NotNull($"{request}{id}{stranger}");
    }

    internal static class BadQueueName
    {
        [Function("BadQueueName")]
        public static void Run([QueueTrigger("A_Queue")] string message) => Assert.NotNull(message);
    }
}
