using Microsoft.Extensions.Hosting;

namespace Pipeline.Functions.Http;

/// <summary>What surrounds every HTTP function, outermost first. A function itself only answers.</summary>
public static class HttpMiddleware
{
    public static void UseHttpMiddleware(this IFunctionsWorkerApplicationBuilder worker) => worker
        .UseWhen<RequestLanguage>(IsHttp)
        .UseWhen<CorsHeaders>(IsHttp)
        .UseWhen<ClientAddress>(IsHttp)
        .UseWhen<BodyLimits>(IsHttp)
        .UseWhen<FaultResponses>(IsHttp)
        .UseWhen<ResultExecution>(IsHttp);

    private static bool IsHttp(FunctionContext context) => context.GetHttpContext() is not null;
}
