using System.Collections.Immutable;
using Azure;
using Pipeline.Keys;

namespace Pipeline.Subscribers;

/// <summary>
/// The table Erasures: who had their address removed. An entry is an HMAC-SHA-256 of the address's key under the newest of the
/// token keys, so without these keys nobody can try out which addresses are among them; entries under older keys count as long
/// as the keys are configured. They keep a row that comes back by accident, from a backup or by hand, from being mailed.
/// </summary>
public sealed class Erasures
{
    private const string Partition = "erased";

    /// <summary>How long an entry of another instance may be unknown here.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    private readonly PipelineStorage _storage;
    private readonly KeyRing _keys;
    private readonly TimeProvider _time;
    private readonly SingleFlightCache<ErasedAddresses> _known;

    public Erasures(PipelineStorage storage, KeyRing keys, TimeProvider time)
    {
        (_storage, _keys, _time) = (storage, keys, time);
        _known = new SingleFlightCache<ErasedAddresses>(() => ReadAsync(CancellationToken.None), MaxAge, time);
    }

    /// <summary>All of them, read from storage at most once in five minutes.</summary>
    public Task<ErasedAddresses> KnownAsync(CancellationToken cancellationToken) => _known.GetAsync(cancellationToken);

    /// <summary>All of them as they are in storage now.</summary>
    public async Task<ErasedAddresses> ReadAsync(CancellationToken cancellationToken)
    {
        var entries = ImmutableDictionary.CreateBuilder<string, DateTimeOffset>();
        await foreach (var row in _storage.Erasures.QueryAsync<TableEntity>(cancellationToken: cancellationToken))
            entries[row.RowKey] = row.TryGetValue("ErasedOn", out var value) && value is DateTimeOffset erasedOn ? erasedOn : DateTimeOffset.MinValue;
        return new ErasedAddresses(entries.ToImmutable(), _keys);
    }

    public async Task AddAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        var (name, now) = (ErasedAddresses.Names(_keys, address).First(), _time.GetUtcNow());
        await _storage.Erasures.UpsertEntityAsync(new TableEntity(Partition, name) { ["ErasedOn"] = now }, TableUpdateMode.Replace, cancellationToken);
        _known.Change(known => known with { Entries = known.Entries.SetItem(name, now) });
    }

    /// <summary>The owner of the address has subscribed again.</summary>
    public async Task ForgetAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        foreach (var name in ErasedAddresses.Names(_keys, address))
        {
            await _storage.Erasures.TryDeleteAsync(Partition, name, ETag.All, cancellationToken);
            _known.Change(known => known with { Entries = known.Entries.Remove(name) });
        }
    }
}
