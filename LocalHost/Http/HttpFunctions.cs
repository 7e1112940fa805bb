using System.Net;
using System.Text;
using System.Text.Json;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// Runs HTTP functions as the Functions host does: its router finds the function, the request is forwarded to the web server of the
/// worker, and an invocation with the same id is sent to the worker.
/// </summary>
internal sealed partial class HttpFunctions(FunctionsWorker worker, IHttpForwarder forwarder, ILogger<HttpFunctions> logger)
{
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromMinutes(4) };

    private static readonly HttpMessageInvoker Client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            // As Kestrel reads them. The default is ASCII, and one cookie of another program with an accent would make all pages fail.
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        });

    private readonly Dictionary<string, WorkerFunction> _functions =
        worker.Functions.Where(function => function.IsHttp).ToDictionary(function => function.Name);

    public void Map(WebApplication web, string routePrefix) => FunctionRoutes.Map(
        web, _functions.Values.Select(function => (function.Name, function["route"], function.Methods)), routePrefix, HandleAsync);

    /// <summary>
    /// The values that the Functions host passes to a function in addition to the request: first those of the route, then those of the
    /// query, then "Headers", a JSON object with text values. Names ignore case and the first value of a name wins, so a parameter
    /// "headers" in the query hides the headers.
    /// </summary>
    public static Dictionary<string, TypedData> TriggerMetadata(HttpRequest request, RouteValueDictionary route)
    {
        var metadata = new Dictionary<string, TypedData>(StringComparer.OrdinalIgnoreCase);
        var routeValues = route.Select(each => (each.Key, each.Value?.ToString()));
        var queryValues = request.Query.Select(each => (each.Key, (string?)each.Value));
        foreach (var (name, value) in routeValues.Concat(queryValues))
            if (value is not null)
                metadata.TryAdd(name, new TypedData { String = value });
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        metadata.TryAdd("Headers", new TypedData { Json = JsonSerializer.Serialize(headers) });
        return metadata;
    }

    private async Task HandleAsync(HttpContext context, string functionName)
    {
        var request = context.Request;
        var id = Guid.NewGuid().ToString();
        var metadata = TriggerMetadata(request, context.GetRouteData().Values);
        var url = $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}";
        var input = new TypedData { Http = new RpcHttp { Method = request.Method, Url = url } };
        request.Headers["x-ms-invocation-id"] = id;

        var invocation = worker.Channel.InvokeAsync(_functions[functionName], id, input, metadata, context.RequestAborted);
        var transformer = new ResponseTransformer(invocation);
        var error = await forwarder.SendAsync(context, worker.HttpAddress.ToString(), Client, Config, transformer);
        // If the function threw, the worker has logged it, or the worker ended.
        if (error == ForwarderError.None)
            await invocation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else if (error != ForwarderError.RequestBodyClient && !context.RequestAborted.IsCancellationRequested)
            LogNotForwarded(functionName, error, context.GetForwarderErrorFeature()?.Exception?.Message);
    }

    /// <summary>Turns the response of a function that threw into 500. The worker itself responds with an empty 200.</summary>
    private sealed class ResponseTransformer(Task invocation) : HttpTransformer
    {
        public override ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
            Default.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse is { StatusCode: HttpStatusCode.OK } && IsEmpty(httpContext.Request, proxyResponse))
                await invocation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!invocation.IsFaulted)
                return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            httpContext.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return false;
        }

        private static bool IsEmpty(HttpRequest request, HttpResponseMessage response) =>
            response.Content.Headers.ContentLength == 0 || HttpMethods.IsHead(request.Method);
    }

    [LoggerMessage(LogLevel.Warning, "Failed to forward a request to function {Function} ({Error}): {Reason}")]
    private partial void LogNotForwarded(string function, ForwarderError error, string? reason);
}
