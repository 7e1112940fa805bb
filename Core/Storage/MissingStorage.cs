using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Storage;

/// <summary>If a call finds its table or queue missing, creates what is missing and repeats the call, once.</summary>
/// <param name="tryCreate">Creates all missing tables, or all missing queues. False if the process must not create any.</param>
internal sealed class MissingStorage(Func<CancellationToken, Task<bool>> tryCreate) : HttpPipelinePolicy
{
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (!IsMissing(message) || !await tryCreate(message.CancellationToken))
            return;

        message.Response.Dispose();
        await ProcessNextAsync(message, pipeline);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous storage calls are supported.");

    // The queue service has the code in a header, the table service in the body. A transaction is answered with 202 and its parts.
    private static bool IsMissing(HttpMessage message) => message.Response.Status switch
    {
        404 => NamesMissingQueue(message) || NamesMissingTable(message),
        202 => message.Request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal) && NamesMissingTable(message),
        _ => false,
    };

    private static bool NamesMissingQueue(HttpMessage message) =>
        message.Response.Headers.TryGetValue("x-ms-error-code", out var code) && code == "QueueNotFound";

    private static bool NamesMissingTable(HttpMessage message) =>
        message.Response.Content.ToMemory().Span.IndexOf("TableNotFound"u8) >= 0;
}
