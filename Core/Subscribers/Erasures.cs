using System.Collections.Immutable;
using Pipeline.Keys;

namespace Pipeline.Subscribers;

/// <summary>The table Erasures: erased addresses, so that a row restored from a backup or by hand is not mailed.</summary>
/// <remarks>An entry is an HMAC under a token key, so addresses cannot be tested without the key. Keep old keys configured.</remarks>
public sealed class Erasures
{
    private const string Partition = "erased";

    /// <summary>Maximum time until an entry of another instance is visible here.</summary>
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

    /// <summary>All entries, read from storage at most every five minutes.</summary>
    public Task<ErasedAddresses> GetCachedAsync(CancellationToken cancellationToken) => _known.GetAsync(cancellationToken);

    /// <summary>All entries, read from storage now.</summary>
    public async Task<ErasedAddresses> ReadAsync(CancellationToken cancellationToken)
    {
        var entries = ImmutableDictionary.CreateBuilder<string, DateTimeOffset>();
        await foreach (var row in _storage.Erasures.QueryAsync<TableEntity>(cancellationToken: cancellationToken))
            entries[row.RowKey] =
                row.TryGetValue("ErasedOn", out var value) && value is DateTimeOffset erasedOn ? erasedOn : ErasedAddresses.UnknownTime;
        return new ErasedAddresses(entries.ToImmutable(), _keys);
    }

    public async Task AddAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        var (name, now) = (ErasedAddresses.Names(_keys, address).First(), _time.GetUtcNow());
        var row = new TableEntity(Partition, name) { ["ErasedOn"] = now };
        await _storage.Erasures.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        _known.Change(known => known with { Entries = known.Entries.SetItem(name, now) });
    }

    public async Task RemoveAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        foreach (var name in ErasedAddresses.Names(_keys, address))
        {
            await _storage.Erasures.TryDeleteAsync(Partition, name, ETag.All, cancellationToken);
            _known.Change(known => known with { Entries = known.Entries.Remove(name) });
        }
    }
}
