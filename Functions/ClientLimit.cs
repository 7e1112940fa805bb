using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Pipeline.Settings;

namespace Pipeline.Functions;

/// <summary>
/// How much one client may send: a bucket of tokens a client, full at first and filled evenly over a minute. The buckets are in this
/// process alone, so n instances let n times as much through; that is enough against a flood, and costs no storage. Who the
/// client is, is written nowhere, and forgotten once its bucket is full again.
/// </summary>
public sealed class ClientLimit(PipelineSettings settings) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress>? forms = Buckets(settings.Limits.FormPostsPerMinute);
    private readonly PartitionedRateLimiter<IPAddress>? api = Buckets(settings.Limits.ApiPostsPerMinute);

    /// <summary>Counts the request. False where the client has sent too much, with how long it has to wait.</summary>
    /// <param name="isForm">Whether a person sent it from a page; forms and the API are counted apart.</param>
    public bool TryTake(HttpRequest request, bool isForm, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if ((isForm ? forms : api) is not { } buckets)
            return true;

        using var lease = buckets.AttemptAcquire(Client(request));
        lease.TryGetMetadata(MetadataName.RetryAfter, out wait);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        forms?.Dispose();
        api?.Dispose();
    }

    private static PartitionedRateLimiter<IPAddress>? Buckets(int postsPerMinute) => postsPerMinute == 0
        ? null
        : PartitionedRateLimiter.Create<IPAddress, IPAddress>(client => RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = postsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / postsPerMinute,
        }));

    private IPAddress Client(HttpRequest request)
    {
        // Every proxy appends whom it was called by; what stands left of that comes from the client, who may write anything.
        var hops = request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var trusted = settings.Limits.TrustedProxies;
        var address = trusted > 0 && trusted <= hops.Length && IPEndPoint.TryParse(hops[^trusted], out var hop)
            ? hop.Address
            : request.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None;

        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        // Whoever has one address of IPv6 has the other ones that share its first half, too.
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]) : address;
    }
}
