using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Http;

/// <summary>Puts the HTTP functions on Kestrel, with the answers of the Functions host.</summary>
internal sealed partial class HttpFunctions(ILogger<HttpFunctions> logger)
{
    /// <summary>The Functions host answers a known address with another method as an unknown address: 404, not 405.</summary>
    public static Task AnswerWrongMethodWith404(HttpContext context, RequestDelegate next)
    {
        // Routing puts an endpoint of its own, which has no route, in place of the ones that take other methods.
        if (context.GetEndpoint() is null or RouteEndpoint)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    public void Map(IEndpointRouteBuilder endpoints, IEnumerable<HttpFunction> functions)
    {
        foreach (var function in functions)
        {
            var endpoint = endpoints.Map(function.Pattern, context => AnswerAsync(function, context)).WithDisplayName(function.Name);
            if (function.Methods.Count > 0)
                endpoint.WithMetadata(new HttpMethodMetadata(function.Methods));
        }
    }

    private async Task AnswerAsync(HttpFunction function, HttpContext context)
    {
        using var span = FunctionSpan.Start(function.Function, context.Request, function.Route);
        try
        {
            var result = await function.Function.CallAsync(context.RequestServices, parameter => HttpFunction.Argument(parameter, context));
            if (result is IResult answer)
                await answer.ExecuteAsync(context);
            span?.SetTag("http.response.status_code", context.Response.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(function.Name);
        }
#pragma warning disable CA1031 // Whatever a function throws, the caller gets a 500 and no details.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, function.Name);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Function {Function} failed and the caller got a 500.")]
    private partial void LogFailed(Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The caller of function {Function} went away.")]
    private partial void LogAborted(string function);
}
