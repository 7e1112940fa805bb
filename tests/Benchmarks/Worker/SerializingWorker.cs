using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline.Functions;
using Pipeline.Functions.Http;
using Pipeline.Functions.Pages;

namespace Pipeline.Benchmarks.Worker;

/// <summary>The app as in <see cref="HttpMiddleware"/>, but without <see cref="ResultExecution"/>.</summary>
/// <remarks>The worker writes each answer and also serializes it for the host.</remarks>
internal static class SerializingWorker
{
    public const string Argument = "serializing-worker";

    public static Task RunAsync()
    {
        // The worker looks for functions in the entry assembly.
        Assembly.SetEntryAssembly(typeof(FunctionsComposition).Assembly);
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.ConfigureFunctionsWebApplication();
        builder.UseWhen<RequestLanguage>(IsHttp).UseWhen<CorsHeaders>(IsHttp)
            .UseWhen<ClientAddress>(IsHttp).UseWhen<FaultResponses>(IsHttp);
        builder.Services.AddHttp().AddPages().AddPipeline();
        return builder.Build().RunAsync();
    }

    private static bool IsHttp(FunctionContext context) => context.GetHttpContext() is not null;
}
