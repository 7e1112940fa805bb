using System.Diagnostics;

namespace Pipeline.LocalHost.Azurite;

/// <summary>
/// Storage on this machine. What already listens on the ports is used and left running; else Azurite is started, and ended
/// on disposal or when this process is gone, however it went.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly ProcessStartInfo? _command;
    private readonly CancellationTokenSource _disposed = new();
    private Process? _process;
    private CancellationTokenRegistration _stopping;
    private Task _watching = Task.CompletedTask;

    private AzuriteServer(StoragePorts ports, ProcessStartInfo? command)
    {
        Ports = ports;
        _command = command;
    }

    public StoragePorts Ports { get; }

    /// <param name="cancellationToken">Ends the start; later it tells that this process stops.</param>
    /// <param name="dataFolder">Where it keeps its files; null keeps all in memory, and it is gone when the server ends.</param>
    public static async Task<AzuriteServer> StartAsync(
        StoragePorts ports,
        string? dataFolder,
        IReadOnlyCollection<StorageAccount>? accounts = null,
        CancellationToken cancellationToken = default)
    {
        if (await IsThereAlreadyAsync(ports, cancellationToken))
            return new AzuriteServer(ports, command: null);

        await AzuriteInstall.EnsureAsync(cancellationToken);
        if (dataFolder is not null)
            CreateFolder(dataFolder);
        var server = new AzuriteServer(ports, Command(ports, dataFolder, accounts));
        try
        {
            await server.StartProcessAsync(cancellationToken);
            // A signal to the whole process group must not end it before the functions are done.
            server._stopping = cancellationToken.Register(server.TellThatThisProcessStops);
            // In memory, everything is gone with it.
            if (dataFolder is not null)
                server._watching = server.StartAgainWhenItEndsAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.DisposeAsync();
        _disposed.Dispose();
        if (_process is null)
            return;

        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        using var deadline = new CancellationTokenSource(EndDeadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void TellThatThisProcessStops()
    {
        try
        {
            _process?.StandardInput.WriteLine("stopping");
        }
        catch (IOException)
        {
            // It is gone already.
        }
    }

    private static async Task<bool> IsThereAlreadyAsync(StoragePorts ports, CancellationToken cancellationToken)
    {
        var listening = new List<(string Service, int Port)>();
        foreach (var service in ports.All)
            if (await StorageProbe.IsListeningAsync(service.Port, cancellationToken))
                listening.Add(service);

        foreach (var (service, port) in listening)
            if (!await StorageProbe.IsStorageAsync(port, cancellationToken))
                throw new StartException(
                    $"Port {port}, meant for {service} storage, is taken by another program. End it, or choose other ports "
                    + "with --storage-port-base.");

        return listening.Count switch
        {
            0 => false,
            3 => true,
            _ => throw new StartException(
                $"Of the storage ports {ports.Blob} to {ports.Table} only {string.Join(" and ", listening.Select(service => service.Port))} "
                + "are in use: a storage emulator runs there without all of its services. End it, or choose other ports with --storage-port-base."),
        };
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The folder {folder} for the storage emulator's files cannot be made: {exception.Message} Choose another one with --data.", exception);
        }
    }

    private static ProcessStartInfo Command(StoragePorts ports, string? dataFolder, IReadOnlyCollection<StorageAccount>? accounts)
    {
        // The current client libraries speak newer API versions than this Azurite knows; what they need of them it has.
        var start = new ProcessStartInfo("node",
        [
            AzuriteFolder.Script, "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            .. dataFolder is null ? ["--inMemoryPersistence"] : new[] { "--location", dataFolder },
            "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
            "--blobPort", $"{ports.Blob}", "--queuePort", $"{ports.Queue}", "--tablePort", $"{ports.Table}",
        ])
        {
            WorkingDirectory = dataFolder ?? AppContext.BaseDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (accounts is not null)
            start.Environment["AZURITE_ACCOUNTS"] = StorageAccount.Join(accounts);
        return start;
    }

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        _process = NodeProcess.Start(_command!);
        await WaitUntilListeningAsync(new LastLines(_process), cancellationToken);
    }

    private async Task StartAgainWhenItEndsAsync()
    {
        while (true)
        {
            await (_process?.WaitForExitAsync(_disposed.Token) ?? Task.CompletedTask);
            if (_process is not null)
                Console.Error.WriteLine($"Azurite ended (exit code {_process.ExitCode}) and is started again. What it had not yet written to its files, which it does every few seconds, is lost.");
            await Task.Delay(RestartDelay, _disposed.Token);
            _process?.Dispose();
            _process = null;
            try
            {
                await StartProcessAsync(_disposed.Token);
                Console.Out.WriteLine("Azurite runs again.");
            }
            catch (StartException fault)
            {
                Console.Error.WriteLine(fault.Message);
            }
        }
    }

    private async Task WaitUntilListeningAsync(LastLines lines, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.StartNew();
        foreach (var (service, port) in Ports.All)
            while (!await StorageProbe.IsListeningAsync(port, cancellationToken))
            {
                if (_process!.HasExited)
                {
                    // Until all it wrote is read.
                    await _process.WaitForExitAsync(cancellationToken);
                    throw new StartException($"Azurite did not start (exit code {_process.ExitCode}). Its last lines: {lines}");
                }

                if (deadline.Elapsed > StartDeadline)
                    throw new StartException($"Azurite's {service} service did not answer on port {port} within {StartDeadline.TotalSeconds:0} s. Its last lines: {lines}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
    }
}
