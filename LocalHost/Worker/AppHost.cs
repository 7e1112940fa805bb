using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Configuration.CommandLine;

namespace Pipeline.LocalHost.Worker;

/// <summary>
/// Runs an app's entry point in this process and takes hold of the host that it builds: hosting announces it to diagnostic listeners, as
/// WebApplicationFactory uses it. Only one app in a process: the worker keeps its port in a static.
/// </summary>
internal sealed class AppHost
{
    // Other hosts are built in this process as well; this is set only where the entry point runs.
    private static readonly AsyncLocal<bool> IsApp = new();

    private readonly TaskCompletionSource<IHost> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _whenBuilt;

    private AppHost(Assembly app, Action whenBuilt)
    {
        _whenBuilt = whenBuilt;
        // The worker looks for its functions there.
        Assembly.SetEntryAssembly(app);
        DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(listener =>
        {
            if (listener.Name == "Microsoft.Extensions.Hosting")
                listener.Subscribe(new Observer<KeyValuePair<string, object?>>(hosting => Announced(hosting.Value)));
        }));
        Ended = Task.Factory.StartNew(() => RunEntryPoint(app), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends when the entry point has returned; faulted if it threw.</summary>
    private Task Ended { get; }

    /// <summary>Runs the app, and ends with it; faulted if it failed.</summary>
    /// <param name="storage">The app is built while storage starts, and starts when this has ended.</param>
    public static Task RunAsync(Assembly app, Task storage) => new AppHost(app, () => storage.GetAwaiter().GetResult()).Ended;

    /// <summary>The services of the app, of which nothing was started.</summary>
    public static async Task<IHost> BuildAsync(Assembly app)
    {
        var host = new AppHost(app, () => throw new OnlyBuilt());
        await Task.WhenAny(host._built.Task, host.Ended);
        return host._built.Task.IsCompleted ? await host._built.Task : throw new StartException("The app builds no host.", host.Ended.Exception);
    }

    private void Announced(object? host)
    {
        if (!IsApp.Value)
            return;
        // Ctrl+C ends this process in its own order: the app must not end at it by itself. And the worker takes the command line for its own.
        if (host is IHostBuilder builder)
            builder.ConfigureServices(services => services.AddSingleton<IHostLifetime, NoLifetime>()).ConfigureAppConfiguration(configuration =>
            {
                foreach (var line in configuration.Sources.OfType<CommandLineConfigurationSource>().ToList())
                    configuration.Sources.Remove(line);
            });
        else if (host is IHost built && _built.TrySetResult(built))
            _whenBuilt();
    }

    private static void RunEntryPoint(Assembly app)
    {
        IsApp.Value = true;
        try
        {
            app.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [Array.Empty<string>()], null);
        }
        catch (OnlyBuilt)
        {
            // As intended.
        }
    }

    private sealed class OnlyBuilt : Exception;

    private sealed class Observer<T>(Action<T> next) : IObserver<T>
    {
        public void OnNext(T value) => next(value);
        public void OnCompleted() { }
        public void OnError(Exception error) { }
    }
}

/// <summary>For hosts inside of this process: they start and stop when they are told, not by signals.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
