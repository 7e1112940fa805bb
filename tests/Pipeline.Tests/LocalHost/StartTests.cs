using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost;
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
