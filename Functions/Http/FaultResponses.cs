using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Turns exceptions into localized 4xx, 503 or 500 responses. The host would answer with an empty 500.</summary>
public sealed partial class FaultResponses(ILogger<FaultResponses> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var http = context.GetHttpContext()!;
        try
        {
            await next(context);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: what it sent did not arrive whole, and it reads no answer.
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            await AnswerTo(fault, http.Request).ExecuteAsync(http);
        }
    }

    private IResult AnswerTo(Exception fault, HttpRequest request)
    {
        switch (fault)
        {
            case BadHttpRequestException refused:
                return ErrorAnswers.Refused(request, refused);
            // Canceled although the client waits: the app was told to stop.
            case OperationCanceledException:
            case var _ when StorageFault.Is(fault):
                LogUnavailable(fault, request.Method);
                return ErrorAnswers.Unavailable(request);
            default:
                LogFailed(fault, request.Method);
                return ErrorAnswers.Failed(request);
        }
    }

    // Without the address: it may hold a token.
    [LoggerMessage(LogLevel.Error, "Failed to answer a {Method} request: storage does not answer, or the app stops.")]
    private partial void LogUnavailable(Exception fault, string method);

    [LoggerMessage(LogLevel.Error, "Failed to answer a {Method} request.")]
    private partial void LogFailed(Exception fault, string method);
}
