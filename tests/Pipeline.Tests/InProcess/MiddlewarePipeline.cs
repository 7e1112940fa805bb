using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Tests.InProcess;

/// <summary>Collects the middleware that the app registers, and puts the call of the function at its end, as the worker does.</summary>
internal sealed class MiddlewarePipeline(IServiceCollection services) : IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware = [];

    public IServiceCollection Services => services;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        this.middleware.Add(middleware);
        return this;
    }

    public FunctionExecutionDelegate Build() => middleware.AsEnumerable().Reverse().Aggregate((FunctionExecutionDelegate)CallAsync, (next, each) => each(next));

    private static async Task CallAsync(FunctionContext context)
    {
        var own = (InProcessContext)context;
        var route = context.GetHttpContext()?.GetRouteData().Values.ToDictionary() ?? [];
        context.GetInvocationResult().Value = await own.Function.CallAsync(context.InstanceServices, own.Trigger, route, context.CancellationToken);
    }
}
