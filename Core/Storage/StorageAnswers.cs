using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Storage;

/// <summary>Refuses an answer that does not end, breaks off, or is not of storage, as a call without an answer.</summary>
/// <remarks>Gateways give such answers. The clients would wait without a limit, or fail with exceptions of their parsers.</remarks>
/// <param name="timeout">Of calls that have none of their own.</param>
internal sealed class StorageAnswers(TimeSpan timeout) : HttpPipelinePolicy
{
    // The time-out is for the first byte, and then for each read of the rest.
    private const double DeadlineFactor = 1.5;

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var deadline = (message.NetworkTimeout ?? timeout) * DeadlineFactor;
        try
        {
            await ProcessNextAsync(message, pipeline).AsTask().WaitAsync(deadline, message.CancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new TaskCanceledException($"The answer did not end within {deadline.TotalSeconds} s.", late);
        }
        catch (IOException broken)
        {
            throw new RequestFailedException(0, "the answer broke off", broken);
        }

        // Each answer of storage has an id, a version or an error code.
        if (!message.Response.Headers.Any(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase)))
            throw new RequestFailedException(0, $"an answer with status {message.Response.Status} that is not of storage");
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous storage calls are supported.");
}
