using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Pipeline.LocalHost.Functions;

/// <summary>A span for each call of a function, as the Functions host has one. Its address is the route, as a query may hold a token.</summary>
internal static class FunctionSpan
{
    public const string SourceName = "Microsoft.Azure.Functions.Worker";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Of a queue or a timer function.</summary>
    public static Activity? Start(Function function) => Start(function, ActivityKind.Internal, default);

    /// <summary>Of an HTTP function: in the trace that the caller names, if any.</summary>
    public static Activity? Start(Function function, HttpRequest request, string route)
    {
        ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller);
        return Start(function, ActivityKind.Server, caller)?.SetTag("http.request.method", request.Method).SetTag("http.route", route);
    }

    private static Activity? Start(Function function, ActivityKind kind, ActivityContext parent)
    {
        // Kestrel's own, which nobody exports, would be the parent.
        Activity.Current = null;
        return Source.StartActivity($"function {function.Name}", kind, parent)?.SetTag("faas.name", function.Name);
    }
}
