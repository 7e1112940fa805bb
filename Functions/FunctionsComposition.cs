using System.Globalization;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Telemetry;

namespace Pipeline.Functions;

public static class FunctionsComposition
{
    /// <summary>The app. When it starts, it checks the settings and creates tables and queues.</summary>
    /// <exception cref="Storage.StartupException">A setting for telemetry is malformed.</exception>
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
        // English is the default on every machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = Language.English.Culture;
        worker.UseHttpMiddleware();
        worker.Services.AddHttp().AddPages().AddPipeline();
    }
}
