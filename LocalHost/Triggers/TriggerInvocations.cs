using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Runs queue and timer functions in the worker, for their triggers and for the admin endpoint.</summary>
internal sealed class TriggerInvocations(FunctionsWorker worker, CancellationToken stop)
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Ends when all that <see cref="Start"/> began has ended.</summary>
    public Task Ended => Task.WhenAll(_running.Keys);

    /// <param name="trigger">The QueueMessage or TimerInfo that triggered it.</param>
    /// <param name="cancellationToken">The function is told of it after a grace period, in which most come to their end.</param>
    public async Task RunAsync(string function, object trigger, CancellationToken cancellationToken)
    {
        // Each run is a trace of its own.
        Activity.Current = null;
        using var giveUp = new CancellationTokenSource();
        await using var grace = cancellationToken.Register(() => giveUp.CancelAfter(GracePeriod));
        var input = trigger is QueueMessage message
            ? new TypedData { String = message.Body.ToString() }
            : new TypedData { Json = Newtonsoft.Json.JsonConvert.SerializeObject(trigger) };
        await worker.Channel.InvokeAsync(worker.Functions.Single(each => each.Name == function), Guid.NewGuid().ToString(), input, metadata: [], giveUp.Token);
    }

    /// <summary>Runs it without waiting for its end. If it throws, the worker has logged it.</summary>
    public void Start(WorkerFunction function, string input)
    {
        object trigger = function.IsTimer
            ? new TimerInfo(null!, new ScheduleStatus())
            : QueuesModelFactory.QueueMessage($"{Guid.NewGuid()}", "", input, 1, null, DateTimeOffset.UtcNow, null);
        var run = RunAsync(function.Name, trigger, stop).ContinueWith(ended => _ = ended.Exception, TaskScheduler.Default);
        _running[run] = true;
        run.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
    }
}
