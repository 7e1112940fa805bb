using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.InProcess;

namespace Pipeline.Benchmarks;

/// <summary>The app in this process, composed as in Program.cs, without logs. Queue and timer functions run when they are called.</summary>
internal static class ComposedApp
{
    /// <param name="add">Adds stand-ins and counters to the services of the app.</param>
    /// <param name="settings">For example "Digest:Day=Monday". They replace those of the sample.</param>
    public static Task<InProcessApp> StartAsync(
        string connectionString, Action<IServiceCollection> add, params IEnumerable<string> settings) => InProcessApp.StartAsync(
        [
            $"--PipelineStorage={connectionString}", $"--AzureWebJobsStorage={connectionString}",
            .. settings.Select(setting => $"--{setting}"),
        ],
        services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            add(services);
        },
        CancellationToken.None);
}
