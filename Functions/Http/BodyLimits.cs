using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.Functions.Http;

/// <summary>Limits the time and the memory of the body of each post: <see cref="LimitedBodyStream"/>.</summary>
public sealed class BodyLimits(BodyMemory memory, TimeProvider time) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var request = context.GetHttpContext()!.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            await next(context);
            return;
        }

        await using var body = new LimitedBodyStream(request, memory, time);
        request.Body = body;
        await next(context);
    }
}
