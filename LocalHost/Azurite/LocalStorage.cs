namespace Pipeline.LocalHost.Azurite;

/// <summary>The storage in the settings: Azurite, which is started unless it runs already, or a storage account.</summary>
internal sealed class LocalStorage : IAsyncDisposable
{
    private readonly Task<AzuriteServer>? _azurite;

    private LocalStorage(Task<AzuriteServer>? azurite, string description) => (_azurite, Description) = (azurite, description);

    /// <summary>Where the user finds it.</summary>
    public string Description { get; }

    /// <summary>Ends when storage is ready, and is faulted if it cannot start.</summary>
    public Task Ready => _azurite ?? Task.CompletedTask;

    public static LocalStorage Start(CommandLine line, IConfiguration settings, CancellationToken stop)
    {
        var ports = line.Storage;
        var connectionString = ports.ConnectionString();
        if (settings.AsEnumerable().All(setting => setting.Value != connectionString))
            return new LocalStorage(null, "the storage account in the settings");

        var folder = line.DataFolder ?? AzuriteFolder.DataFor(ports);
        return new LocalStorage(
            Task.Run(() => AzuriteServer.StartAsync(ports, folder, cancellationToken: stop), stop),
            "Azure Storage Explorer: Local & Attached, Emulator, "
            + $"ports {ports.Blob} (blobs), {ports.Queue} (queues), {ports.Table} (tables)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is null)
            return;
        // LocalApplication reports a failed start.
        await ((Task)_azurite).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_azurite.IsCompletedSuccessfully)
            await (await _azurite).DisposeAsync();
    }
}
