using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Functions.Http;

/// <summary>Turns exceptions into localized 4xx, 503 or 500 responses. The host would answer with an empty 500.</summary>
public sealed partial class FaultResponses(StorageFaultLog storageFaults, ILogger<FaultResponses> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var http = context.GetHttpContext()!;
        using var calls = StorageCaller.Request.MarkCalls();
        try
        {
            await next(context);
        }
        catch (Exception fault) when (http.RequestAborted.IsCancellationRequested && fault is OperationCanceledException or IOException)
        {
            // The client is gone: what it sent did not arrive whole, and it reads no answer.
        }
        catch (Exception fault)
        {
            var answer = AnswerTo(fault, http.Request);
            if (http.Response.HasStarted)
                // What was sent must not look whole.
                http.Abort();
            else
                await answer.ExecuteAsync(http);
        }
    }

    private IResult AnswerTo(Exception fault, HttpRequest request)
    {
        switch (fault)
        {
            case BadHttpRequestException refused:
                return ErrorAnswers.Refused(request, refused);
            case OperationCanceledException:
                LogCanceled(request.Method);
                return ErrorAnswers.Unavailable(request);
            case var _ when StorageFault.Is(fault):
                storageFaults.Report($"answer a {request.Method} request", fault);
                return ErrorAnswers.Unavailable(request);
            default:
                LogFailed(fault, request.Method);
                return ErrorAnswers.Failed(request);
        }
    }

    // Without the address: it may hold a token.
    [LoggerMessage(LogLevel.Information, "Canceled a {Method} request: the client has left, or the app stops.")]
    private partial void LogCanceled(string method);

    [LoggerMessage(LogLevel.Error, "Failed to answer a {Method} request.")]
    private partial void LogFailed(Exception fault, string method);
}
