using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Protocol;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Runs queue and timer functions in the worker, for their triggers and for the admin endpoint.</summary>
internal sealed class TriggerInvocations(FunctionsWorker worker)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Ends when all that <see cref="Start"/> began has ended.</summary>
    public Task Ended => Task.WhenAll(_running.Keys);

    public async Task RunAsync(string function, object trigger, CancellationToken cancellationToken)
    {
        var called = worker.Functions.Single(each => each.Name.Equals(function, StringComparison.OrdinalIgnoreCase));
        await (trigger is QueueMessage message
            ? InvokeAsync(called, new TypedData { String = message.Body.ToString() }, Metadata(message), cancellationToken)
            : InvokeAsync(called, new TypedData { Json = Newtonsoft.Json.JsonConvert.SerializeObject(trigger) }, [], cancellationToken));
    }

    /// <summary>Runs it without waiting for its end.</summary>
    public void Start(WorkerFunction function, string input)
    {
        object trigger = function.IsTimer
            ? new TimerInfo(null!, new ScheduleStatus())
            : QueuesModelFactory.QueueMessage($"{Guid.NewGuid()}", "", input, 1, null, DateTimeOffset.UtcNow, null);
        var run = RunAsync(function.Name, trigger, CancellationToken.None);
        _running[run] = true;
        run.ContinueWith(
            ended =>
            {
                // Observed here: the worker has logged it.
                _ = ended.Exception;
                _running.TryRemove(ended, out _);
            },
            TaskScheduler.Default);
    }

    private static Dictionary<string, TypedData> Metadata(QueueMessage message) => new()
    {
        ["QueueTrigger"] = new TypedData { String = message.Body.ToString() },
        ["Id"] = new TypedData { String = message.MessageId },
        ["PopReceipt"] = new TypedData { String = message.PopReceipt },
        ["DequeueCount"] = Json(message.DequeueCount),
        ["InsertionTime"] = Json(message.InsertedOn),
        ["ExpirationTime"] = Json(message.ExpiresOn),
        ["NextVisibleTime"] = Json(message.NextVisibleOn),
    };

    private static TypedData Json(object? value) => new() { Json = JsonSerializer.Serialize(value) };

    private Task InvokeAsync(WorkerFunction function, TypedData input, Dictionary<string, TypedData> metadata, CancellationToken cancellationToken) =>
        worker.Channel.InvokeAsync(function, Guid.NewGuid().ToString(), input, metadata, cancellationToken);
}
