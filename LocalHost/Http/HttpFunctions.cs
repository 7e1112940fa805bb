using System.Net;
using System.Text.Json;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// HTTP functions, as the Functions host runs them: its own router finds the function, the request is forwarded to the worker's web server, and an
/// invocation with the same id goes to the worker beside it.
/// </summary>
internal sealed partial class HttpFunctions(FunctionsWorker worker, IHttpForwarder forwarder, ILogger<HttpFunctions> logger)
{
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromMinutes(4) };
    private static readonly HttpMessageInvoker Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });

    private readonly Dictionary<string, WorkerFunction> _functions = worker.Functions.Where(function => function.IsHttp).ToDictionary(function => function.Name);

    public void Map(WebApplication web, string routePrefix) => FunctionRoutes.Map(
        web, _functions.Values.Select(function => (function.Name, function["route"], function.Methods)), routePrefix, AnswerAsync);

    /// <summary>
    /// What the Functions host tells a function besides its request: the values of the route and of the query, then the headers as
    /// a JSON object with text values. The first of a name wins, whatever its case: a parameter "headers" of the address hides the headers.
    /// </summary>
    public static Dictionary<string, TypedData> TriggerMetadata(HttpRequest request, RouteValueDictionary route)
    {
        var metadata = new Dictionary<string, TypedData>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in route.Select(each => (each.Key, each.Value?.ToString())).Concat(request.Query.Select(each => (each.Key, (string?)each.Value))))
            if (value is not null)
                metadata.TryAdd(name, new TypedData { String = value });
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        metadata.TryAdd("Headers", new TypedData { Json = JsonSerializer.Serialize(headers) });
        return metadata;
    }

    private async Task AnswerAsync(HttpContext context, string functionName)
    {
        var request = context.Request;
        var id = Guid.NewGuid().ToString();
        var metadata = TriggerMetadata(request, context.GetRouteData().Values);
        var input = new TypedData { Http = new RpcHttp { Method = request.Method, Url = $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}" } };
        request.Headers["x-ms-invocation-id"] = id;

        var invocation = worker.Channel.InvokeAsync(_functions[functionName], id, input, metadata, context.RequestAborted);
        var error = await forwarder.SendAsync(context, worker.HttpAddress.ToString(), Client, Config, new AnswerTransformer(invocation));
        // If it threw, the worker has logged it, or is gone.
        if (error == ForwarderError.None)
            await invocation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else if (!context.RequestAborted.IsCancellationRequested)
            LogNotForwarded(functionName, error, context.GetForwarderErrorFeature()?.Exception?.Message);
    }

    /// <summary>A function that threw leaves an empty 200 in the worker. The client gets 500.</summary>
    private sealed class AnswerTransformer(Task invocation) : HttpTransformer
    {
        public override ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
            Default.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse is { StatusCode: HttpStatusCode.OK } && (proxyResponse.Content.Headers.ContentLength == 0 || HttpMethods.IsHead(httpContext.Request.Method)))
                await invocation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!invocation.IsFaulted)
                return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            httpContext.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Failed to forward a request to function {Function} ({Error}): {Reason}")]
    private partial void LogNotForwarded(string function, ForwarderError error, string? reason);
}
