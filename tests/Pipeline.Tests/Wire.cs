using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Tests;

/// <summary>The wire to storage: writes down every transaction, and breaks those a test wants broken.</summary>
public sealed class Wire : HttpPipelinePolicy
{
    private readonly ConcurrentQueue<Call> calls = new();

    /// <summary>Called before a transaction leaves; what it throws is what the caller meets, and storage never sees the transaction.</summary>
    public Action<Call>? Before { get; set; }

    /// <summary>Called after storage has done it; what it throws is what the caller meets although it was done.</summary>
    public Action<Call>? After { get; set; }

    public IReadOnlyCollection<Call> Calls => calls;

    public void Reset()
    {
        (Before, After) = (null, null);
        calls.Clear();
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var call = Call.Of(message.Request);
        calls.Enqueue(call);
        Before?.Invoke(call);
        await ProcessNextAsync(message, pipeline);
        After?.Invoke(call);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything here is asynchronous.");

    /// <summary>As when nothing listens: the client takes it for a fault of the network and gives up after its retries.</summary>
    public static Exception Unreachable() => new RequestFailedException(0, "Connection refused");

    /// <param name="Path">Without the account: /practice-submissions/messages, /Practices(…).</param>
    public sealed record Call(string Method, string Path)
    {
        public bool IsWrite => Method is not ("GET" or "HEAD");

        /// <summary>Without keys and values: "Practices: PATCH row", "digest-deliveries: POST message".</summary>
        public string Words => Path.TrimStart('/').Split('/', '(') is [var place, .. var rest]
            ? $"{place}: {(Method == "PATCH" || Method == "MERGE" ? "MERGE" : Method)} {(rest is ["messages", ..] ? "message" : rest is [")", ..] ? "rows" : "row")}"
            : Path;

        public static Call Of(Request request)
        {
            var path = request.Uri.Path.TrimStart('/');
            return new Call(request.Method.Method, path[path.IndexOf('/')..]);
        }
    }
}
