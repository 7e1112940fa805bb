using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.Functions.Http;

/// <summary>
/// Writes what an HTTP function returns, and clears it. The worker would write it as well, but outside of <see cref="FaultResponses"/>, and would
/// serialize it as JSON for the host, which ignores that (docs/benchmarks.md).
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
