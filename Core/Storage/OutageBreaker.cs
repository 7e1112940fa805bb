using Azure.Core;
using Azure.Core.Pipeline;
using Polly;
using Polly.CircuitBreaker;

namespace Pipeline.Storage;

/// <summary>Lets the calls of requests fail at once while a service of storage fails. Every five seconds one call tries it again.</summary>
/// <remarks>Calls count with their retries. Background work is not stopped: it would lose the answers that it has to record.</remarks>
internal sealed class OutageBreaker(TimeProvider time) : HttpPipelinePolicy
{
    // Apart, because a full disk still serves reads.
    private readonly ResiliencePipeline<int> _reads = Breaker(time);
    private readonly ResiliencePipeline<int> _writes = Breaker(time);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        switch (StorageCallers.Of(message))
        {
            case StorageCaller.Background:
                await ProcessNextAsync(message, pipeline);
                break;
            case StorageCaller.HealthCheck:
                await SendAsync(message, pipeline);
                break;
            default:
                await SendUnlessOpenAsync(message, pipeline);
                break;
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous storage calls are supported.");

    private async Task SendUnlessOpenAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var breaker = message.Request.Method == RequestMethod.Get || message.Request.Method == RequestMethod.Head ? _reads : _writes;
        try
        {
            await breaker.ExecuteAsync(async _ => await SendAsync(message, pipeline), message.CancellationToken);
        }
        catch (BrokenCircuitException open)
        {
            var cause = open.InnerException is { } fault ? StorageFault.Describe(fault) : "answers with a status of 500 or more";
            throw new RequestFailedException(0, $"after {cause} it is not called for some seconds", open);
        }
    }

    private static async Task<int> SendAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        message.NetworkTimeout = StorageLimits.ShortTimeout;
        try
        {
            await ProcessNextAsync(message, pipeline);
            return message.Response.Status;
        }
        catch (OperationCanceledException late) when (!message.CancellationToken.IsCancellationRequested)
        {
            throw new RequestFailedException(0, $"no answer within {StorageLimits.ShortTimeout.TotalSeconds} s", late);
        }
    }

    private static ResiliencePipeline<int> Breaker(TimeProvider time) => new ResiliencePipelineBuilder<int> { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<int>
        {
            SamplingDuration = TimeSpan.FromSeconds(10),
            MinimumThroughput = 2,
            FailureRatio = 0.25,
            BreakDuration = TimeSpan.FromSeconds(5),
            // An exception with a status is an answer of storage that one of the policies refused.
            ShouldHandle = new PredicateBuilder<int>().HandleResult(status => status >= 500)
                .Handle<Exception>(fault => StorageFault.Is(fault) && fault is not RequestFailedException { Status: > 0 }),
        })
        .Build();
}
