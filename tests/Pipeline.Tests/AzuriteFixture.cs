using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace Pipeline.Tests;

/// <summary>
/// One Azurite for all tests, on free ports. Each test takes an account of its own, which is empty; so tests run side by
/// side and none has to name its tables and queues apart from those of others.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private const int Accounts = 2000;

    private readonly List<StorageAccount> _accounts =
        [.. Enumerable.Range(1, Accounts).Select(number => new StorageAccount($"test{number:0000}", "a2V5"))];

    private AzuriteServer? _server;
    private int _taken;

    /// <summary>The connection string of an account that nobody has used.</summary>
    public string NewAccount()
    {
        var number = Interlocked.Increment(ref _taken);
        return number <= Accounts
            ? _server!.Ports.ConnectionString(_accounts[number - 1])
            : throw new InvalidOperationException($"More than {Accounts} accounts are taken: raise {nameof(AzuriteFixture)}.{nameof(Accounts)}.");
    }

    public async ValueTask InitializeAsync() =>
        // It would write all that it has to its files every few seconds, and with thousands of rows do little else.
        _server = await AzuriteServer.StartAsync(new StoragePorts(FreePort.Next(inARow: 3)), dataFolder: null, _accounts);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
