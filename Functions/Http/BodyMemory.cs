using System.Net;
using System.Threading.RateLimiting;

namespace Pipeline.Functions.Http;

/// <summary>Limits the bytes of request bodies that this process holds at one time: of all clients together, and of each client.</summary>
public sealed class BodyMemory(TimeProvider time) : IDisposable
{
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>So that one client cannot take the memory of all others. Private addresses belong to proxies and may hold all.</summary>
    public const int MaxClientBytes = MaxBytes / 4;

    /// <summary>The smallest amount that is counted.</summary>
    public const int BlockBytes = 16 * 1024;

    private static readonly TimeSpan CollectAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrencyLimiter _all = new(Blocks(MaxBytes));

    private readonly PartitionedRateLimiter<IPAddress> _clients = PartitionedRateLimiter.Create<IPAddress, IPAddress>(client =>
        RateLimitPartition.GetConcurrencyLimiter(client, _ => Blocks(client.Equals(IPAddress.Any) ? MaxBytes : MaxClientBytes)));

    // An app without requests does not collect, and would keep for hours what a flood took.
    private readonly ITimer _collect = time.CreateTimer(
        _ => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true),
        null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Takes one block for the client until both leases are disposed.</summary>
    /// <exception cref="BadHttpRequestException">429: the client holds too much. 503: all clients together hold too much.</exception>
    public IEnumerable<RateLimitLease> TakeBlock(IPAddress? client)
    {
        var ofClient = _clients.AttemptAcquire(ClientLimit.BucketOf(client));
        if (!ofClient.IsAcquired)
            throw new BadHttpRequestException("Too much is being sent from your address.", StatusCodes.Status429TooManyRequests);
        var ofAll = _all.AttemptAcquire();
        if (_all.GetStatistics()!.CurrentAvailablePermits < (MaxBytes - MaxClientBytes) / BlockBytes)
            _collect.Change(CollectAfter, Timeout.InfiniteTimeSpan);
        if (ofAll.IsAcquired)
            return [ofClient, ofAll];
        ofClient.Dispose();
        throw new BadHttpRequestException("Too much is being received at the moment.", StatusCodes.Status503ServiceUnavailable);
    }

    public void Dispose()
    {
        _collect.Dispose();
        _all.Dispose();
        _clients.Dispose();
    }

    private static ConcurrencyLimiterOptions Blocks(int bytes) => new() { PermitLimit = bytes / BlockBytes };
}
