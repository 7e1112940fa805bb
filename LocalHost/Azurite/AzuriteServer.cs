using System.Diagnostics;

namespace Pipeline.LocalHost.Azurite;

/// <summary>
/// Storage on this machine. If a storage emulator listens on the ports, it is used and not ended. Otherwise Azurite is started. It ends on
/// disposal, or when this process ends for any reason.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(8);
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

    /// <param name="dataFolder">The folder for its files. If it is null, data is kept in memory and lost when the server ends.</param>
    /// <param name="cancellationToken">Ends the start. If it is canceled later, this process is about to stop.</param>
    /// <exception cref="StartupException">Azurite cannot be installed or started.</exception>
    public static async Task<AzuriteServer> StartAsync(
        StoragePorts ports,
        string? dataFolder,
        IReadOnlyCollection<StorageAccount>? accounts = null,
        CancellationToken cancellationToken = default)
    {
        if (await IsRunningAsync(ports, cancellationToken))
            return new AzuriteServer(ports, command: null);

        await AzuriteInstall.EnsureAsync(cancellationToken);
        if (dataFolder is not null)
            CreateFolder(dataFolder);
        var server = new AzuriteServer(ports, Command(ports, dataFolder, accounts));
        try
        {
            await server.StartProcessAsync(cancellationToken);
            // A signal to the whole process group must not end Azurite before the functions have ended.
            server._stopping = cancellationToken.Register(server.AnnounceStop);
            // Data in memory is lost, so a restart would not help.
            if (dataFolder is not null)
                server._watching = server.RestartWhenItEndsAsync();
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
            // It has ended.
        }

        using var deadline = new CancellationTokenSource(StopTimeout);
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

    private void AnnounceStop()
    {
        try
        {
            _process?.StandardInput.WriteLine("stopping");
        }
        catch (IOException)
        {
            // It has ended.
        }
    }

    private static async Task<bool> IsRunningAsync(StoragePorts ports, CancellationToken cancellationToken)
    {
        var listening = new List<(string Service, int Port)>();
        foreach (var service in ports.All)
            if (await StorageProbe.IsListeningAsync(service.Port, cancellationToken))
                listening.Add(service);

        foreach (var (service, port) in listening)
            if (!await StorageProbe.IsStorageAsync(port, cancellationToken))
                throw new StartupException(
                    $"Port {port}, for {service} storage, is taken by another program. End that program, or choose other ports with "
                    + "--storage-port-base.");

        if (listening.Count is 1 or 2)
        {
            var inUse = string.Join(" and ", listening.Select(service => service.Port));
            throw new StartupException(
                $"A storage emulator runs with only some of its services, on {inUse} of the ports {ports.Blob} to {ports.Table}. "
                + "End it, or choose other ports with --storage-port-base.");
        }

        return listening.Count > 0;
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The folder {folder} for the files of the storage emulator cannot be created: {exception.Message} "
                + "Choose another folder with --data.", exception);
        }
    }

    private static ProcessStartInfo Command(StoragePorts ports, string? dataFolder, IReadOnlyCollection<StorageAccount>? accounts)
    {
        // The client libraries use newer API versions than this Azurite supports, but no feature that it lacks.
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
        await WaitUntilListeningAsync(new OutputTail(_process), cancellationToken);
    }

    private async Task RestartWhenItEndsAsync()
    {
        while (true)
        {
            await (_process?.WaitForExitAsync(_disposed.Token) ?? Task.CompletedTask);
            if (_process is not null)
                Console.Error.WriteLine(
                    $"Azurite ended (exit code {_process.ExitCode}) and is restarted. Changes of its last few seconds are lost, because "
                    + "they were not in its files yet.");
            await Task.Delay(RestartDelay, _disposed.Token);
            _process?.Dispose();
            _process = null;
            try
            {
                await StartProcessAsync(_disposed.Token);
                Console.Out.WriteLine("Restarted Azurite.");
            }
            catch (StartupException fault)
            {
                Console.Error.WriteLine(fault.Message);
            }
        }
    }

    private async Task WaitUntilListeningAsync(OutputTail tail, CancellationToken cancellationToken)
    {
        var deadline = Stopwatch.StartNew();
        foreach (var (service, port) in Ports.All)
            while (!await StorageProbe.IsListeningAsync(port, cancellationToken))
            {
                if (_process!.HasExited)
                {
                    // Returns when all output is read.
                    await _process.WaitForExitAsync(cancellationToken);
                    throw new StartupException($"Azurite did not start (exit code {_process.ExitCode}). Its last lines: {tail}");
                }

                if (deadline.Elapsed > StartTimeout)
                    throw new StartupException(
                        $"Azurite's {service} service did not listen on port {port} within {StartTimeout.TotalSeconds:0} s. "
                        + $"Start again. Its last lines: {tail}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
    }
}
