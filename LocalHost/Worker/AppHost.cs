using System.Reflection;
using Microsoft.Extensions.Configuration.CommandLine;
using Pipeline.Functions;

namespace Pipeline.LocalHost.Worker;

/// <summary>The app in this process. Only one: the worker keeps its port in a static.</summary>
internal static class AppHost
{
    /// <summary>Runs the app, and ends with it; faulted if it failed.</summary>
    /// <param name="storage">The app is built while storage starts, and starts when this has ended.</param>
    public static async Task RunAsync(Task storage)
    {
        using var app = Build();
        await storage;
        await app.RunAsync();
    }

    /// <summary>What the app's entry point runs.</summary>
    private static IHost Build()
    {
        // The worker looks for its functions there.
        Assembly.SetEntryAssembly(typeof(FunctionsComposition).Assembly);
        var builder = FunctionsComposition.CreateBuilder([]);
        // Ctrl+C ends this process in its own order: the app must not end at it by itself.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        // The worker reads the command line of the process, which is LocalHost's.
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        foreach (var commandLine in sources.OfType<CommandLineConfigurationSource>().ToList())
            sources.Remove(commandLine);
        return builder.Build();
    }
}

/// <summary>For hosts inside of this process: they start and stop when they are told, not by signals.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
