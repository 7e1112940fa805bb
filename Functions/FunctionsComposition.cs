using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Telemetry;

namespace Pipeline.Functions;

public static class FunctionsComposition
{
    /// <summary>The app. When it starts, it checks the settings and creates tables and queues.</summary>
    /// <exception cref="Settings.StartupException">A setting for telemetry is malformed.</exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.AddTelemetry();
        builder.AddFunctions();
        return builder;
    }

    public static void AddFunctions(this IFunctionsWorkerApplicationBuilder worker)
    {
        Language.English.SetAsDefault();
        worker.UseHttpMiddleware();
        worker.Services.AddHttp().AddPages().AddPipeline();
    }
}
