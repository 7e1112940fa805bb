using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Storage;

/// <summary>Time-outs and retries, the same for tables, queues and blobs.</summary>
public static class StorageLimits
{
    /// <summary>Of one try of a call for which a person waits.</summary>
    public static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(2);

    // The service works on a call for 30 s at most. Blobs travel in blocks of 4 MiB.
    private static readonly TimeSpan BackgroundTimeout = TimeSpan.FromSeconds(30);

    /// <param name="policies">Added to every try of a call.</param>
    public static T WithLimits<T>(this T options, TimeProvider time, IEnumerable<HttpPipelinePolicy> policies) where T : ClientOptions
    {
        options.Retry.NetworkTimeout = BackgroundTimeout;
        options.RetryPolicy = new Retries();
        options.AddPolicy(new OutageBreaker(time), HttpPipelinePosition.PerCall);
        foreach (var policy in policies)
            options.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        options.AddPolicy(new StorageAnswers(BackgroundTimeout), HttpPipelinePosition.PerRetry);
        return options;
    }

    /// <summary>Those of the SDK for background work. For a person, one after a fast failure and none after a time-out.</summary>
    private sealed class Retries : RetryPolicy
    {
        protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
            (StorageCallers.Of(message) == StorageCaller.Background
                || exception is not OperationCanceledException && message.ProcessingContext.RetryNumber == 0)
            && await base.ShouldRetryAsync(message, exception);
    }
}
