using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipeline.LocalHost.Worker;

/// <summary>
/// Runs an app's entry point in this process and takes hold of the host that it builds: hosting announces it to diagnostic listeners, as
/// WebApplicationFactory uses it. Only one app in a process: the worker keeps its port in a static.
/// </summary>
internal sealed class AppHost : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    // Other hosts are built in this process as well; this is set only where the entry point runs.
    private static readonly AsyncLocal<bool> IsApp = new();

    private readonly TaskCompletionSource<IHost> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _storage;
    private readonly bool _stopsWhenBuilt;
    private readonly IDisposable _subscription;

    private AppHost(Assembly app, Task storage, bool stopsWhenBuilt)
    {
        _storage = storage;
        _stopsWhenBuilt = stopsWhenBuilt;
        // The worker looks for its functions there.
        Assembly.SetEntryAssembly(app);
        _subscription = DiagnosticListener.AllListeners.Subscribe(this);
        Ended = Task.Factory.StartNew(() => RunEntryPoint(app), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends when the entry point has returned; faulted if it threw.</summary>
    public Task Ended { get; }

    /// <param name="storage">The app is built while storage starts, and starts when this has ended.</param>
    public static AppHost Run(Assembly app, Task storage) => new(app, storage, stopsWhenBuilt: false);

    /// <summary>The services of the app, of which nothing was started.</summary>
    public static async Task<IHost> BuildAsync(Assembly app)
    {
        var host = new AppHost(app, Task.CompletedTask, stopsWhenBuilt: true);
        await Task.WhenAny(host._built.Task, host.Ended);
        if (!host._built.Task.IsCompleted)
            await host.Ended;
        return await host._built.Task;
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
            value.Subscribe(this);
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (!IsApp.Value)
            return;
        // Ctrl+C ends this process in its own order: the app must not end at it by itself.
        if (value is { Key: "HostBuilding", Value: IHostBuilder builder })
            builder.ConfigureServices(services => services.AddSingleton<IHostLifetime, NoLifetime>());
        if (value is { Key: "HostBuilt", Value: IHost built })
        {
            _subscription.Dispose();
            _built.TrySetResult(built);
            if (_stopsWhenBuilt)
                throw new OperationCanceledException("The app was only to be built.");
            _storage.GetAwaiter().GetResult();
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private void RunEntryPoint(Assembly app)
    {
        IsApp.Value = true;
        try
        {
            app.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [Array.Empty<string>()], null);
        }
        catch (OperationCanceledException) when (_stopsWhenBuilt && _built.Task.IsCompleted)
        {
            // As intended.
        }
    }
}
