using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Protocol;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// HTTP functions, as the Functions host runs them: its own router finds the function, the request is forwarded to the worker's web server, and an
/// invocation with the same id goes to the worker beside it.
/// </summary>
internal sealed partial class HttpFunctions(FunctionsWorker worker, IHttpForwarder forwarder, ILogger<HttpFunctions> logger) : IDisposable
{
    private const string InvocationId = "x-ms-invocation-id";

    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromMinutes(4) };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly Dictionary<string, WorkerFunction> _functions = worker.Functions.Where(function => function.IsHttp).ToDictionary(function => function.Name);

    public void Map(WebApplication web, string routePrefix) => FunctionRoutes.Map(
        web, _functions.Values.Select(function => (function.Name, function["route"], function.Methods)), routePrefix, InvokeAsync);

    private async Task InvokeAsync(HttpContext context, string functionName)
    {
        var request = context.Request;
        var id = Guid.NewGuid().ToString();
        var metadata = TriggerMetadata.Of(request, context.GetRouteData().Values);
        request.Headers[InvocationId] = id;

        var input = new TypedData { Http = new RpcHttp { Method = request.Method, Url = $"{request.Scheme}://{request.Host}{request.Path}{request.QueryString}" } };
        var invocation = worker.Channel.InvokeAsync(_functions[functionName], id, input, metadata, context.RequestAborted);
        var forwarding = forwarder.SendAsync(context, worker.HttpAddress.ToString(), _client, Config, new AnswerTransformer(invocation)).AsTask();
        try
        {
            await invocation;
        }
        catch (Exception fault) when (fault is FunctionFailedException or IOException)
        {
            // The worker has logged it, or is gone.
        }

        if (await forwarding is not ForwarderError.None and var error && !context.RequestAborted.IsCancellationRequested)
            LogNotForwarded(functionName, error, context.GetForwarderErrorFeature()?.Exception?.Message);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A function that threw leaves an empty 200 in the worker. The client gets 500.</summary>
    private sealed class AnswerTransformer(Task invocation) : HttpTransformer
    {
        public override ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
            Default.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse is null or { StatusCode: System.Net.HttpStatusCode.OK, Content.Headers.ContentLength: 0 })
            {
                await invocation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (invocation.IsFaulted)
                {
                    httpContext.Response.StatusCode = StatusCodes.Status500InternalServerError;
                    return false;
                }
            }

            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Failed to forward a request to function {Function} ({Error}): {Reason}")]
    private partial void LogNotForwarded(string function, ForwarderError error, string? reason);
}
