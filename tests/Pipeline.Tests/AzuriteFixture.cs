using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace Pipeline.Tests;

/// <summary>
/// Azurite for all tests, on free ports. Each test takes an account of its own, which is empty; so tests run side by side and none has to
/// name its tables and queues apart from those of others. There are several, because one looks through the tables and messages of all its
/// accounts at each call, on one processor.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private const int Servers = 2;
    private const int AccountsOfEach = 1000;

    private readonly List<StorageAccount> _accounts =
        [.. Enumerable.Range(1, AccountsOfEach).Select(number => new StorageAccount($"test{number:0000}", "a2V5"))];

    private AzuriteServer[] _servers = [];
    private int _taken = -1;

    /// <summary>The connection string of an account that nobody has used.</summary>
    public string NewAccount()
    {
        var (number, server) = Math.DivRem(Interlocked.Increment(ref _taken), Servers);
        return number < AccountsOfEach
            ? _servers[server].Ports.ConnectionString(_accounts[number])
            : throw new InvalidOperationException($"More than {Servers * AccountsOfEach} accounts are taken: raise {nameof(AzuriteFixture)}.{nameof(AccountsOfEach)}.");
    }

    public async ValueTask InitializeAsync() =>
        // They would write all that they have to files every few seconds, and with thousands of rows do little else.
        _servers = await Task.WhenAll(Enumerable.Range(0, Servers).Select(_ =>
            AzuriteServer.StartAsync(new StoragePorts(FreePort.Next(inARow: 3)), dataFolder: null, _accounts)));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }
}
