using System.Collections.Immutable;
using Azure;
using Azure.Data.Tables;
using Pipeline.Keys;
using Pipeline.Storage;

namespace Pipeline.Subscribers;

/// <summary>
/// The table Erasures: who had their address removed. An entry is an HMAC-SHA-256 of the address's key under the newest of the
/// token keys, so without these keys nobody can try out which addresses are among them; entries under older keys count as long
/// as the keys are configured. They keep a row that comes back by accident, from a backup or by hand, from being mailed.
/// </summary>
public sealed class Erasures(PipelineStorage storage, KeyRing keys, TimeProvider time) : IDisposable
{
    private const string Partition = "erased";

    /// <summary>For so long an entry of another instance may be unknown here.</summary>
    private static readonly TimeSpan CachePeriod = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile ErasedAddresses? known;
    private long loadedAt;

    /// <summary>All of them, read from storage at most once in five minutes.</summary>
    public async ValueTask<ErasedAddresses> KnownAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } fresh)
            return fresh;

        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } loaded)
                return loaded;

            var startedAt = time.GetTimestamp();
            known = await ReadAsync(cancellationToken);
            Interlocked.Exchange(ref loadedAt, startedAt);
            return known;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>All of them as they are in storage now.</summary>
    public async Task<ErasedAddresses> ReadAsync(CancellationToken cancellationToken)
    {
        var entries = ImmutableDictionary.CreateBuilder<string, DateTimeOffset>();
        await foreach (var row in storage.Erasures.QueryAsync<TableEntity>(cancellationToken: cancellationToken))
            entries[row.RowKey] = row.TryGetValue("ErasedOn", out var value) && value is DateTimeOffset erasedOn ? erasedOn : DateTimeOffset.MinValue;
        return new ErasedAddresses(entries.ToImmutable(), keys);
    }

    public async Task AddAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        var (name, now) = (ErasedAddresses.Names(keys, address).First(), time.GetUtcNow());
        await storage.Erasures.UpsertEntityAsync(new TableEntity(Partition, name) { ["ErasedOn"] = now }, TableUpdateMode.Replace, cancellationToken);
        await NoteAsync(entries => entries.SetItem(name, now), cancellationToken);
    }

    /// <summary>The owner of the address has subscribed again.</summary>
    public async Task ForgetAsync(SubscriberKey address, CancellationToken cancellationToken)
    {
        foreach (var name in ErasedAddresses.Names(keys, address))
        {
            await storage.Erasures.DeleteEntityAsync(Partition, name, ETag.All, cancellationToken);
            await NoteAsync(entries => entries.Remove(name), cancellationToken);
        }
    }

    public void Dispose() => gate.Dispose();

    private ErasedAddresses? Fresh() => known is { } loaded && time.GetElapsedTime(Interlocked.Read(ref loadedAt)) < CachePeriod ? loaded : null;

    // Waits for whoever is loading: what they read may be older than what is noted.
    private async Task NoteAsync(
        Func<ImmutableDictionary<string, DateTimeOffset>, ImmutableDictionary<string, DateTimeOffset>> change, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (known is { } loaded)
                known = loaded with { Entries = change(loaded.Entries) };
        }
        finally
        {
            gate.Release();
        }
    }
}
