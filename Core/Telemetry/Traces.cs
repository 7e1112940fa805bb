using System.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>Spans from a request over the queues to the row and the mail, named by the conventions of OpenTelemetry.</summary>
/// <remarks>Messages and practice rows carry a W3C traceparent. Attributes must not contain addresses, tokens or subscriber keys.</remarks>
public static class Traces
{
    public const string SourceName = "Pipeline";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts a span for sending a message; put its <see cref="Activity.Id"/> into the message. Null without a listener.</summary>
    public static Activity? Send(string queue) => Source.StartActivity($"send {queue}", ActivityKind.Producer)
        ?.SetTag("messaging.system", "azure_queue_storage").SetTag("messaging.operation.type", "send")
        .SetTag("messaging.destination.name", queue);

    /// <summary>Processes a message in a span that continues the sender's trace and links the function's trace.</summary>
    /// <param name="sender">The traceparent in the message. If it is missing or malformed, the span stays in the function's trace.</param>
    public static async Task ProcessAsync(string queue, string? sender, Func<Task> process)
    {
        using var span = Continue($"process {queue}", ActivityKind.Consumer, sender)
            ?.SetTag("messaging.system", "azure_queue_storage").SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", queue);
        try
        {
            await process();
        }
        catch (Exception fault)
        {
            Fail(span, fault);
            throw;
        }
    }

    /// <summary>Starts a span that continues another trace, which may be days old.</summary>
    public static Activity? Continue(string name, string? traceParent) => Continue(name, ActivityKind.Internal, traceParent);

    public static Activity? Call(string name) => Source.StartActivity(name, ActivityKind.Client);

    /// <summary>The traceparent of the current span; empty if it is not from this source.</summary>
    public static string Current => IsActive ? Activity.Current!.Id! : "";

    public static bool IsActive => Activity.Current?.Source == Source;

    /// <summary>Marks the span as failed, with the type of the exception but not its message.</summary>
    public static void Fail(Activity? span, Exception fault) =>
        span?.SetStatus(ActivityStatusCode.Error, fault.GetType().Name).SetTag("error.type", fault.GetType().FullName);

    private static Activity? Continue(string name, ActivityKind kind, string? traceParent)
    {
        if (!ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent))
            return Source.StartActivity(name, kind);

        ActivityLink[]? links = Activity.Current is { } caller ? [new ActivityLink(caller.Context)] : null;
        return Source.StartActivity(name, kind, parent, links: links);
    }
}
