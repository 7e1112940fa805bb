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
        try
        {
            await next(context);
        }
        finally
        {
            // A host forwards the answer when the body has arrived. Kestrel would cut a slow one off, and the answer would be lost.
            await body.DiscardRestAsync(context.CancellationToken);
        }
    }
}
