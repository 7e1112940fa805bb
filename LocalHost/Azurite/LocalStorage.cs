namespace Pipeline.LocalHost.Azurite;

/// <summary>The storage that the settings name: Azurite, started here if none listens yet, or an account elsewhere.</summary>
internal sealed class LocalStorage : IAsyncDisposable
{
    private readonly Task<AzuriteServer>? _azurite;

    private LocalStorage(Task<AzuriteServer>? azurite, string description) => (_azurite, Description) = (azurite, description);

    /// <summary>For people: where to look at it.</summary>
    public string Description { get; }

    /// <summary>Ends when it can be used.</summary>
    public Task Ready => _azurite ?? Task.CompletedTask;

    public static LocalStorage Start(CommandLine line, IConfiguration settings, CancellationToken stop)
    {
        var ports = line.Storage;
        var connectionString = ports.ConnectionString();
        if (settings.AsEnumerable().All(setting => setting.Value != connectionString))
            return new LocalStorage(null, "the storage account in the settings");

        return new LocalStorage(
            Task.Run(() => AzuriteServer.StartAsync(ports, line.DataFolder ?? AzuriteFolder.DataFor(ports), cancellationToken: stop), stop),
            $"Azure Storage Explorer: Local & Attached, Emulator, ports {ports.Blob} (blobs), {ports.Queue} (queues), {ports.Table} (tables)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is null)
            return;
        // If it failed to start, the start has told.
        await ((Task)_azurite).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_azurite.IsCompletedSuccessfully)
            await (await _azurite).DisposeAsync();
    }
}
