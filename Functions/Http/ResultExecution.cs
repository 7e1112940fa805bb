using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.Functions.Http;

/// <summary>
/// Writes the result of an HTTP function and clears it. The worker would write it outside of <see cref="FaultResponses"/>, and would
/// serialize it for the host, which ignores it (docs/benchmarks.md).
/// </summary>
public sealed class ResultExecution : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);

        var result = context.GetInvocationResult();
        if (result.Value is not IResult answer)
            return;
        result.Value = null;
        await answer.ExecuteAsync(context.GetHttpContext()!);
    }
}
