using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Tests.InProcess;

/// <summary>Collects the middleware that the app registers, and puts the call of the function at its end, as the worker does.</summary>
internal sealed class MiddlewarePipeline(IServiceCollection services) : IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    public IServiceCollection Services => services;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    public FunctionExecutionDelegate Build() =>
        _middleware.AsEnumerable().Reverse().Aggregate((FunctionExecutionDelegate)CallAsync, (next, each) => each(next));

    private static async Task CallAsync(FunctionContext context)
    {
        var (function, trigger) = context is InProcessContext own ? (own.Function, own.Trigger) : throw new NotSupportedException();
        var route = context.GetHttpContext()?.GetRouteData().Values.ToDictionary() ?? [];
        context.GetInvocationResult().Value =
            await function.CallAsync(context.InstanceServices, trigger, route, context.CancellationToken);
    }
}
