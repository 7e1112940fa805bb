using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Pipeline.Functions.Http;

/// <summary>
/// Limits the posts of each client, and the mails they cause, with token buckets in this process: n instances allow n times as many.
/// Addresses are not written anywhere, and are forgotten when their bucket is full again.
/// </summary>
public sealed class ClientLimit(ClientLimitOptions options) : IDisposable
{
    /// <summary>Private addresses belong to proxies with many clients. They share one bucket, which is this many times as large.</summary>
    public const int SharedFactor = 20;

    // RFC 1918, 6598 (carrier-grade NAT) and 3927.
    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"),
    ];

    private readonly PartitionedRateLimiter<IPAddress>? _forms = Buckets(options.FormPostsPerMinute, TimeSpan.FromMinutes(1));
    private readonly PartitionedRateLimiter<IPAddress>? _api = Buckets(options.ApiPostsPerMinute, TimeSpan.FromMinutes(1));
    private readonly PartitionedRateLimiter<IPAddress>? _mails = Buckets(options.MailsPerClientPerHour, TimeSpan.FromHours(1));

    /// <summary>Counts the request. False if the client has sent too much, with the time it has to wait.</summary>
    /// <param name="request">Its connection has the client's address (<see cref="ClientAddress"/>).</param>
    /// <param name="isForm">True for a post from a page; forms and the API are counted apart.</param>
    public bool TryTake(HttpRequest request, bool isForm, out TimeSpan wait) => TryTake(isForm ? _forms : _api, request, out wait);

    /// <summary>Counts a mail to an address that the client typed. False if it has caused too many, with the time it has to wait.</summary>
    public bool TryTakeMail(HttpRequest request, out TimeSpan wait) => TryTake(_mails, request, out wait);

    private static bool TryTake(PartitionedRateLimiter<IPAddress>? buckets, HttpRequest request, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (buckets is null)
            return true;

        using var lease = buckets.AttemptAcquire(BucketOf(request.HttpContext.Connection.RemoteIpAddress));
        lease.TryGetMetadata(MetadataName.RetryAfter, out wait);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _forms?.Dispose();
        _api?.Dispose();
        _mails?.Dispose();
    }

    /// <summary>The address that a client is counted under; <see cref="IPAddress.Any"/> for all private ones together.</summary>
    public static IPAddress BucketOf(IPAddress? address)
    {
        if (address is null)
            return IPAddress.Any;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IsPrivate(address))
            return IPAddress.Any;
        // An IPv6 client has all addresses with the same first half.
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]])
            : address;
    }

    private static bool IsPrivate(IPAddress address) =>
        IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal
        || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
        || PrivateNetworks.Any(network => network.Contains(address));

    private static PartitionedRateLimiter<IPAddress>? Buckets(int number, TimeSpan period) => number == 0
        ? null
        : PartitionedRateLimiter.Create<IPAddress, IPAddress>(bucket => RateLimitPartition.GetTokenBucketLimiter(bucket, _ =>
        {
            var tokens = bucket.Equals(IPAddress.Any) ? number * SharedFactor : number;
            return new TokenBucketRateLimiterOptions
            {
                TokenLimit = tokens,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = period / tokens,
            };
        }));
}
