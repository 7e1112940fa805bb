using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Pipeline.Tests.LocalHost;

public sealed class QueueFunctionTests(AzuriteFixture azurite)
{
    // At once again, and given up after the second failure.
    private static readonly string[] TwoQuickTries =
    [
        "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:00",
        "--AzureFunctionsJobHost:extensions:queues:maxDequeueCount=2",
    ];

    private readonly Calls _calls = new();
    private readonly string _account = azurite.NewAccount();

    [Fact]
    public async Task A_message_arrives_in_each_form_and_is_gone_afterwards()
    {
        var queue = await QueueAsync("forms");
        await using var host = await StartAsync(typeof(Forms), "--Forms=forms");

        await SendAsync(queue, """{"name":"Ana"}""");

        await RunningHost.UntilAsync(() => _calls.All.Count == 1);
        Assert.Equal(["""{"name":"Ana"}"""], _calls.All);
        await UntilEmptyAsync(queue);
    }

    [Fact]
    public async Task A_message_becomes_an_object_or_bytes_or_the_message_itself()
    {
        var objects = await QueueAsync("objects");
        var bytes = await QueueAsync("bytes");
        var messages = await QueueAsync("messages");
        await using var host = await StartAsync(typeof(OtherForms));

        foreach (var queue in new[] { objects, bytes, messages })
            await SendAsync(queue, """{"name":"Ana"}""");

        await RunningHost.UntilAsync(() => _calls.All.Count == 3);
        Assert.Equal(["bytes 14", "message {\"name\":\"Ana\"} 1", "object Ana"], _calls.All.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_message_that_failed_is_tried_again()
    {
        var queue = await QueueAsync("failing");
        await using var host = await StartAsync(typeof(Failing), TwoQuickTries);

        await SendAsync(queue, "once");

        await RunningHost.UntilAsync(() => _calls.All.Count == 2);
        await UntilEmptyAsync(queue);
        Assert.Equal(["once", "once"], _calls.All);
    }

    [Fact]
    public async Task A_message_that_fails_too_often_goes_to_the_poison_queue_as_it_was()
    {
        var queue = await QueueAsync("failing");
        await using var host = await StartAsync(typeof(Failing), TwoQuickTries);

        await SendAsync(queue, "always");

        Assert.Equal("always", await FirstAsync("failing-poison"));
        await UntilEmptyAsync(queue);
        Assert.Equal(["always", "always"], _calls.All);
    }

    [Fact]
    public async Task A_message_that_is_not_base64_goes_to_the_poison_queue_at_once_and_can_be_read_there()
    {
        var queue = await QueueAsync("failing");
        await using var host = await StartAsync(typeof(Failing), TwoQuickTries);

        await queue.SendMessageAsync("typed by hand: é!", TestContext.Current.CancellationToken);

        Assert.Equal("typed by hand: é!", await FirstAsync("failing-poison"));
        await UntilEmptyAsync(queue);
        Assert.Empty(_calls.All);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(64 * 1024)]
    public async Task A_function_on_the_poison_queue_reads_what_is_not_base64(int length)
    {
        var queue = await QueueAsync("failing");
        await QueueAsync("failing-poison");
        await using var host = await RunningHost.StartAsync(
            _account, [typeof(Failing), typeof(Poisoned)], services => services.AddSingleton(_calls), TwoQuickTries);
        var typed = new string('!', length);

        await queue.SendMessageAsync(typed, TestContext.Current.CancellationToken);

        await RunningHost.UntilAsync(() => _calls.All.Count == 1);
        Assert.Equal([typed], _calls.All);
        await UntilEmptyAsync(queue);
    }

    [Fact]
    public async Task A_queue_that_appears_later_is_read()
    {
        await using var host = await StartAsync(typeof(Failing), TwoQuickTries);

        await SendAsync(await QueueAsync("failing"), "late");

        await RunningHost.UntilAsync(() => _calls.All.Contains("late"));
    }

    [Fact]
    public async Task Many_messages_are_fetched_in_batches()
    {
        var queue = await QueueAsync("forms");
        await Task.WhenAll(Enumerable.Range(0, 96).Select(number => SendAsync(queue, $"{number}")));
        var fetches = new Fetches();
        await using var host = await RunningHost.StartAsync(_account, [typeof(Forms)], services => services
            .AddSingleton(_calls).AddSingleton<HttpPipelinePolicy>(fetches), "--Forms=forms");

        await RunningHost.UntilAsync(() => _calls.All.Count == 96);

        Assert.Equal(96, _calls.All.Distinct().Count());
        Assert.InRange(fetches.WithMessages, 6, 8);
    }

    [Fact]
    public async Task The_lease_of_a_message_is_renewed_while_its_function_runs()
    {
        var time = new FakeTimeProvider();
        var gate = new Gate();
        var fetches = new Fetches();
        var queue = await QueueAsync("long");
        await using var host = await RunningHost.StartAsync(_account, [typeof(Long)], services => services
            .AddSingleton(gate).AddSingleton<TimeProvider>(time).AddSingleton<HttpPipelinePolicy>(fetches));
        await SendAsync(queue, "long");
        await gate.Entered.Task.WaitAsync(TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromSeconds(15));
        await RunningHost.UntilAsync(() => fetches.Updates == 1);
        gate.Open.SetResult();

        // Deleted with the receipt of the renewal; with the first one storage would refuse.
        await UntilEmptyAsync(queue);
    }

    [Fact]
    public async Task A_stop_lets_what_runs_come_to_its_end()
    {
        var gate = new Gate();
        var queue = await QueueAsync("long");
        var host = await RunningHost.StartAsync(_account, [typeof(Long)], services => services.AddSingleton(gate));
        await SendAsync(queue, "long");
        await gate.Entered.Task.WaitAsync(TestContext.Current.CancellationToken);

        var stop = host.DisposeAsync().AsTask();
        Assert.False(stop.IsCompleted);
        gate.Open.SetResult();
        await stop;

        Assert.Equal(0, (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount);
    }

    private Task<RunningHost> StartAsync(Type functions, params string[] settings) =>
        RunningHost.StartAsync(_account, [functions], services => services.AddSingleton(_calls), settings);

    private async Task<QueueClient> QueueAsync(string name)
    {
        var queue = new QueueClient(_account, name);
        await queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        return queue;
    }

    private static Task SendAsync(QueueClient queue, string text) =>
        queue.SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);

    private static Task UntilEmptyAsync(QueueClient queue) => RunningHost.UntilAsync(
        async () => (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount,
        count => count == 0);

    private async Task<string> FirstAsync(string name)
    {
        var queue = new QueueClient(_account, name);
        await RunningHost.UntilAsync(async () => (await queue.ExistsAsync(TestContext.Current.CancellationToken)).Value, exists => exists);
        var messages = await RunningHost.UntilAsync(
            async () => (await queue.ReceiveMessagesAsync(1, cancellationToken: TestContext.Current.CancellationToken)).Value,
            messages => messages.Length > 0);
        return Encoding.UTF8.GetString(Convert.FromBase64String(messages[0].MessageText));
    }

    internal sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Counts on the wire.</summary>
    private sealed class Fetches : HttpPipelineSynchronousPolicy
    {
        private int _withMessages;
        private int _updates;

        public int WithMessages => _withMessages;

        public int Updates => _updates;

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Get && message.Response.Headers.ContentLength is null or > 100)
                Interlocked.Increment(ref _withMessages);
            if (message.Request.Method == RequestMethod.Put && message.Response.Status == 204)
                Interlocked.Increment(ref _updates);
        }
    }

    internal sealed class Forms(Calls calls)
    {
        [Function("Forms")]
        public void Run([QueueTrigger("%Forms%", Connection = "PipelineStorage")] string message) => calls.Add(message);
    }

    internal sealed record Person(string Name);

    internal sealed class OtherForms(Calls calls)
    {
        [Function("Objects")]
        public void Objects([QueueTrigger("objects", Connection = "PipelineStorage")] Person person) => calls.Add($"object {person.Name}");

        [Function("Bytes")]
        public void Bytes([QueueTrigger("bytes", Connection = "PipelineStorage")] byte[] bytes) => calls.Add($"bytes {bytes.Length}");

        [Function("Messages")]
        public void Messages([QueueTrigger("messages")] QueueMessage message) => calls.Add($"message {message.Body} {message.DequeueCount}");
    }

    internal sealed class Failing(Calls calls)
    {
        [Function("Failing")]
        public void Run([QueueTrigger("failing", Connection = "PipelineStorage")] string message)
        {
            calls.Add(message);
            if (message == "always" || (message == "once" && calls.All.Count == 1))
                throw new InvalidOperationException("Not today.");
        }
    }

    internal sealed class Poisoned(Calls calls)
    {
        [Function("Poisoned")]
        public void Run([QueueTrigger("failing-poison", Connection = "PipelineStorage")] string message) => calls.Add(message);
    }

    internal sealed class Long(Gate gate)
    {
        [Function("Long")]
        public Task RunAsync([QueueTrigger("long", Connection = "PipelineStorage")] string message, CancellationToken cancellationToken)
        {
            Assert.Equal("long", message);
            gate.Entered.SetResult();
            return gate.Open.Task.WaitAsync(cancellationToken);
        }
    }
}
