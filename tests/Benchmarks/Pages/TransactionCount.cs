using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Benchmarks.Pages;

/// <summary>Counts storage transactions, except those that read or write queue messages.</summary>
internal sealed class TransactionCount : HttpPipelinePolicy
{
    private long _count;

    public long Value => Interlocked.Read(ref _count);

    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (!message.Request.Uri.Path.EndsWith("/messages", StringComparison.Ordinal))
            Interlocked.Increment(ref _count);
        return ProcessNextAsync(message, pipeline);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The app has only asynchronous calls.");
}
