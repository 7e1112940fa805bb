using System.Reflection;
using Microsoft.Extensions.Configuration.CommandLine;
using Pipeline.Functions;

namespace Pipeline.LocalHost.Worker;

/// <summary>Runs the app in this process. Only one can run, because the worker keeps its port in a static field.</summary>
internal static class AppHost
{
    /// <summary>Runs the app. The task ends with the app, and is faulted if the app failed.</summary>
    /// <param name="storage">Ends when storage is ready. The app is built before that and started after it.</param>
    public static async Task RunAsync(Task storage)
    {
        using var app = Build();
        await storage;
        await app.RunAsync();
    }

    private static IHost Build()
    {
        // The worker looks for functions in the entry assembly.
        Assembly.SetEntryAssembly(typeof(FunctionsComposition).Assembly);
        var builder = FunctionsComposition.CreateBuilder([]);
        // The app must not end by itself at Ctrl+C: LocalApplication stops everything in order.
        builder.Services.AddSingleton<IHostLifetime, ManualLifetime>();
        // The worker would read the command line of the process, which is LocalHost's.
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        foreach (var commandLine in sources.OfType<CommandLineConfigurationSource>().ToList())
            sources.Remove(commandLine);
        return builder.Build();
    }
}

/// <summary>The lifetime of a host inside this process: code starts and stops it, and signals do not.</summary>
internal sealed class ManualLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
