using System.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>
/// The spans that lead from a request over the queues to the row and the mail. A queue knows no trace, so each message carries its
/// sender's as a traceparent (W3C), and a practice's row does, too, for the day when an editor decides about it. Names and attributes
/// are those of OpenTelemetry's conventions; none of them holds an address, a token or the key of a subscriber's row.
/// </summary>
public static class Traces
{
    public const string SourceName = "Pipeline";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Around putting a message on a queue; its <see cref="Activity.Id"/> goes into the message. Null while nobody listens.</summary>
    public static Activity? Send(string queue) => Source.StartActivity($"send {queue}", ActivityKind.Producer)
        ?.SetTag("messaging.system", "azure_queue_storage").SetTag("messaging.operation.type", "send").SetTag("messaging.destination.name", queue);

    /// <summary>Around what is done with a message, in the trace of whoever sent it; the function's own trace is linked.</summary>
    /// <param name="sender">The traceparent in the message. Without a well-formed one it stays in the function's trace.</param>
    public static async Task ProcessAsync(string queue, string? sender, Func<Task> process)
    {
        using var span = Continue($"process {queue}", ActivityKind.Consumer, sender)
            ?.SetTag("messaging.system", "azure_queue_storage").SetTag("messaging.operation.type", "process").SetTag("messaging.destination.name", queue);
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

    /// <summary>Around something that was begun in another trace, perhaps days ago.</summary>
    public static Activity? Continue(string name, string? traceParent) => Continue(name, ActivityKind.Internal, traceParent);

    /// <summary>Around a request to another service.</summary>
    public static Activity? Call(string name) => Source.StartActivity(name, ActivityKind.Client);

    /// <summary>The traceparent of the span that runs; empty where none of these does.</summary>
    public static string Current => AreRunning ? Activity.Current!.Id! : "";

    /// <summary>Whether what runs now belongs to one of these spans.</summary>
    public static bool AreRunning => Activity.Current?.Source == Source;

    /// <summary>Says what failed by its type; the text is in the log.</summary>
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
