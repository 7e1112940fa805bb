using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Functions.Pages;
using Pipeline.Functions.Submissions;
using Pipeline.LocalHost;

namespace Pipeline.Benchmarks;

/// <summary>The app as Program.cs composes it, in this process, on a free port and without a word on the console.</summary>
internal static class ComposedApp
{
    public static readonly Type[] Functions = typeof(AcceptSubmission).Assembly.GetTypes();

    /// <param name="functions">The classes that the host runs; a benchmark that calls some itself leaves them out.</param>
    /// <param name="add">Adds to the app's services what is played or counted at the wire.</param>
    /// <param name="settings">Like "Digest:Day=Monday", over those of the sample.</param>
    public static IHost Build(string connectionString, IEnumerable<Type> functions, Action<IServiceCollection> add, params IEnumerable<string> settings)
    {
        var builder = FunctionsApplication.CreateBuilder(
        [
            "--port", "0", "--settings", Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json"),
            $"--PipelineStorage={connectionString}", $"--AzureWebJobsStorage={connectionString}",
            .. settings.Select(setting => $"--{setting}"),
        ]);
        builder.UseFunctionsOf([.. functions]);
        builder.Logging.ClearProviders();
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddPages();
        builder.Services.AddPipeline();
        add(builder.Services);
        return builder.Build();
    }
}
