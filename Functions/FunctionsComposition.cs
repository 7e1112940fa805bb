using System.Globalization;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline.Functions.Http;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Telemetry;

namespace Pipeline.Functions;

public static class FunctionsComposition
{
    /// <summary>The app. Settings are read, and tables and queues created, when it starts.</summary>
    /// <exception cref="Storage.StartException">A setting for telemetry is malformed.</exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.AddTelemetry();
        builder.AddFunctions();
        return builder;
    }

    /// <summary>Everything that the functions need.</summary>
    public static void AddFunctions(this IFunctionsWorkerApplicationBuilder worker)
    {
        // What is not asked for in another language is written in English, whatever the machine speaks.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = Language.English.Culture;
        worker.UseHttpMiddleware();
        worker.Services.AddHttp().AddPages().AddPipeline();
    }
}
