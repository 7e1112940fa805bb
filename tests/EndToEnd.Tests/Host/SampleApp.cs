using System.Reflection;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>The built app of tests/SampleApp.</summary>
internal static class SampleApp
{
    private static readonly string Dll = Path.GetFullPath(typeof(SampleApp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == nameof(SampleApp)).Value!);

    /// <param name="without">The name of a setting to leave out.</param>
    /// <param name="signals">The account in which the functions report what they do, if it is another.</param>
    public static Task<WorkerApp> StartAsync(string account, string without = "", string? signals = null)
    {
        Dictionary<string, string> settings = new()
        {
            ["AzureWebJobsStorage"] = account,
            ["PipelineStorage"] = account,
            ["SampleStorage"] = account,
            ["SampleSignals"] = signals ?? account,
            ["SampleQueue"] = "named-by-a-setting",
            ["SampleSchedule"] = "0 0 0 1 1 *",
            // LocalHost reads the host.json of the product, so these settings are in the environment.
            ["AzureFunctionsJobHost__extensions__http__routePrefix"] = "sample",
            ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:00",
            ["AzureFunctionsJobHost__extensions__queues__maxDequeueCount"] = "3",
        };
        settings.Remove(without);
        return WorkerApp.StartAsync(Dll, settings);
    }
}
