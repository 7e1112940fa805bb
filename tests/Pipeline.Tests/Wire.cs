using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Tests;

/// <summary>Records the app's calls to storage, and lets them fail as a test wants.</summary>
public sealed class Wire : HttpPipelinePolicy
{
    private readonly ConcurrentQueue<Call> _calls = new();

    /// <summary>Called before a call is sent. If it throws, the caller gets the exception and storage does not get the call.</summary>
    public Action<Call>? Before { get; set; }

    /// <summary>Called after storage has answered. If it throws, the caller gets the exception although the call had its effect.</summary>
    public Action<Call>? After { get; set; }

    public IReadOnlyCollection<Call> Calls => _calls;

    /// <summary>Lets matching calls fail with <see cref="SimulatedFaultException"/> before they are sent.</summary>
    public void Fail(Func<Call, bool> matches) => Before = call =>
    {
        if (matches(call))
            throw new SimulatedFaultException();
    };

    public void Reset()
    {
        (Before, After) = (null, null);
        _calls.Clear();
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var call = Call.Of(message.Request);
        _calls.Enqueue(call);
        Before?.Invoke(call);
        // The emulator is busy with many tests at once. EndToEnd.Tests check the app's own time-outs.
        message.NetworkTimeout = Eventually.Deadline;
        await ProcessNextAsync(message, pipeline);
        After?.Invoke(call);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The app calls storage only asynchronously.");

    /// <summary>The exception of a connection that is refused.</summary>
    public static Exception Unreachable() => new RequestFailedException(0, "Connection refused");

    /// <param name="Path">Without the account: /practice-submissions/messages, /Practices(…).</param>
    public sealed record Call(string Method, string Path)
    {
        public bool IsWrite => Method is not ("GET" or "HEAD");

        /// <summary>Without keys and values: "Practices: MERGE row", "digest-deliveries: POST message".</summary>
        public string Summary
        {
            get
            {
                if (Path.TrimStart('/').Split('/', '(') is not [var place, .. var rest])
                    return Path;
                var item = rest switch
                {
                    ["messages", ..] => "message",
                    [")", ..] => "rows",
                    _ => "row",
                };
                return $"{place}: {(Method == "PATCH" ? "MERGE" : Method)} {item}";
            }
        }

        public static Call Of(Request request)
        {
            var path = request.Uri.Path.TrimStart('/');
            return new Call(request.Method.Method, path[path.IndexOf('/')..]);
        }
    }
}
