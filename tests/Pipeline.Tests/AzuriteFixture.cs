using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace Pipeline.Tests;

/// <summary>Azurite for all tests. Each takes an empty account, so tests with the same tables and queues run side by side.</summary>
/// <remarks>There are two servers: each uses one processor, and searches all tables and messages of its accounts at each call.</remarks>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private const int Servers = 2;
    private const int AccountsOfEach = 1000;

    private readonly List<StorageAccount> _accounts =
        [.. Enumerable.Range(1, AccountsOfEach).Select(number => new StorageAccount($"test{number:0000}", "a2V5"))];

    private AzuriteServer[] _servers = [];
    private int _taken = -1;

    /// <summary>The connection string of an unused account.</summary>
    public string NewAccount()
    {
        var (number, server) = Math.DivRem(Interlocked.Increment(ref _taken), Servers);
        return number < AccountsOfEach
            ? _servers[server].Ports.ConnectionString(_accounts[number])
            : throw new InvalidOperationException(
                $"All {Servers * AccountsOfEach} accounts are taken. Raise {nameof(AzuriteFixture)}.{nameof(AccountsOfEach)}.");
    }

    public async ValueTask InitializeAsync() =>
        // Without a data folder: with one, they write all data to files every few seconds, which is slow with thousands of rows.
        _servers = await Task.WhenAll(Enumerable.Range(0, Servers).Select(_ =>
            AzuriteServer.StartAsync(new StoragePorts(FreePort.Next(inARow: 3)), dataFolder: null, _accounts)));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }
}
