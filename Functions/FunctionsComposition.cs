using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
        builder.UseFailedRuns();
        builder.ConfigureFunctionsWebApplication();
        builder.AddTelemetry();
        builder.AddFunctions();
        return builder;
    }

    /// <summary>Comes first: what the worker adds for HTTP can fail as well.</summary>
    public static void UseFailedRuns(this IFunctionsWorkerApplicationBuilder worker)
    {
        worker.UseMiddleware<FailedRuns>();
        worker.Services.AddLogging(logging => logging.AddFilter(FailedRuns.WorkerCategory, LogLevel.None));
    }

    public static void AddFunctions(this IFunctionsWorkerApplicationBuilder worker)
    {
        Language.English.SetAsDefault();
        worker.UseHttpMiddleware();
        worker.Services.AddHttp().AddPages().AddPipeline();
    }
}
