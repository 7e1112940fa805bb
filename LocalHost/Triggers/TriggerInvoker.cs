using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Newtonsoft.Json;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Runs queue and timer functions in the worker, for their triggers and for <see cref="Http.AdminEndpoint"/>.</summary>
internal sealed class TriggerInvoker(FunctionsWorker worker, CancellationToken stop)
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Waits until no function runs. The triggers do not wait for all that they began.</summary>
    public async Task UntilNoneRunsAsync()
    {
        while (!_running.IsEmpty)
            await Task.WhenAll(_running.Keys);
    }

    /// <summary>Runs a function. 20 seconds after a stop it is canceled; most functions end before.</summary>
    /// <param name="trigger">The QueueMessage or TimerInfo of the trigger.</param>
    public async Task RunAsync(string function, object trigger)
    {
        // Each run is a trace of its own.
        Activity.Current = null;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[ended.Task] = true;
        try
        {
            using var giveUp = new CancellationTokenSource();
            await using var grace = stop.Register(() => giveUp.CancelAfter(GracePeriod));
            var input = trigger is QueueMessage message
                ? new TypedData { String = message.Body.ToString() }
                : new TypedData { Json = JsonConvert.SerializeObject(trigger) };
            var target = worker.Functions.Single(each => each.Name == function);
            await worker.Channel.InvokeAsync(target, Guid.NewGuid().ToString(), input, metadata: [], giveUp.Token);
        }
        finally
        {
            _running.TryRemove(ended.Task, out _);
            ended.SetResult();
        }
    }

    /// <summary>Starts a run and does not wait for its end. If the function throws, the worker logs it.</summary>
    public void Start(WorkerFunction function, string input)
    {
        object trigger = function.IsTimer
            ? new TimerInfo(null!, new ScheduleStatus())
            : QueuesModelFactory.QueueMessage($"{Guid.NewGuid()}", "", input, 1, null, DateTimeOffset.UtcNow, null);
        _ = RunAsync(function.Name, trigger).ContinueWith(ended => _ = ended.Exception, TaskScheduler.Default);
    }
}
