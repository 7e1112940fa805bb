using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.Pages;

namespace Pipeline.Functions;

public static class FunctionsComposition
{
    /// <summary>Everything that the functions need. Settings are read, and tables and queues created, when the app starts.</summary>
    public static void AddFunctions(this IFunctionsWorkerApplicationBuilder worker)
    {
        worker.UseHttpMiddleware();
        worker.Services.AddHttp().AddPages().AddPipeline();
    }
}
