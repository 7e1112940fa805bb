using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.InProcess;

namespace Pipeline.Benchmarks;

/// <summary>The app as Program.cs composes it, in this process, on a free port and without a word on the console. Queue and timer functions run when called.</summary>
internal static class ComposedApp
{
    /// <param name="add">Adds to the app's services what is played or counted at the wire.</param>
    /// <param name="settings">Like "Digest:Day=Monday", over those of the sample.</param>
    public static Task<InProcessApp> StartAsync(string connectionString, Action<IServiceCollection> add, params IEnumerable<string> settings) => InProcessApp.StartAsync(
        [$"--PipelineStorage={connectionString}", $"--AzureWebJobsStorage={connectionString}", .. settings.Select(setting => $"--{setting}")],
        services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            add(services);
        },
        CancellationToken.None);
}
