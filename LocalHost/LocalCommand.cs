using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalHost;

/// <summary>Something that is done once, from the command line, instead of serving. The application registers it as a keyed delegate.</summary>
/// <param name="Name">Its key; on the command line it has two hyphens before it.</param>
public sealed record LocalCommand(string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>Until it is done; Ctrl+C has it stop.</summary>
    internal async Task RunAsync(IServiceProvider services, CancellationToken stop)
    {
        var run = services.GetKeyedService<Func<IReadOnlyList<string>, TextWriter, CancellationToken, Task>>(Name)
            ?? throw new StartException($"This application has no command --{Name}.");
        try
        {
            await run(Arguments, Console.Out, stop);
        }
        catch (OperationCanceledException stopped) when (stop.IsCancellationRequested)
        {
            throw new StartException($"--{Name} was stopped before it was done. It can be run again.", stopped);
        }
    }
}
