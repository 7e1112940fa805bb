using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Pipeline.LocalHost.Timers;

/// <summary>Of several processes on the same storage one holds this, and runs the timers. On the real clock, which is storage's.</summary>
internal sealed class TimerLease(TimerStorage storage)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    private readonly string _id = $"{Guid.NewGuid()}";

    private BlobLeaseClient? _held;
    private long _renewed;

    private bool HasEnded => Stopwatch.GetElapsedTime(_renewed) > Length;

    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        // Always the same id: taking it again after a failed attempt to arm the timers works.
        var lease = storage.Lock().GetBlobLeaseClient(_id);
        _renewed = Stopwatch.GetTimestamp();
        try
        {
            try
            {
                await lease.AcquireAsync(Length, cancellationToken: cancellationToken);
            }
            catch (RequestFailedException exception) when (exception.Status == 404)
            {
                await CreateAsync(cancellationToken);
                await lease.AcquireAsync(Length, cancellationToken: cancellationToken);
            }
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            return false;
        }

        _held = lease;
        return true;
    }

    /// <summary>False: somebody else has it, or may have it by now.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        try
        {
            await _held!.RenewAsync(cancellationToken: cancellationToken);
            _renewed = asked;
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 409 or 412)
        {
            return false;
        }
#pragma warning disable CA1031 // Whatever keeps storage from answering, the lease is held until it ends by itself.
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return !HasEnded;
        }
    }

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_held is null)
            return;
        try
        {
            await _held.ReleaseAsync(cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or OperationCanceledException)
        {
            // It ends by itself in some seconds.
        }

        _held = null;
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        await storage.CreateAsync(cancellationToken);
        try
        {
            var onlyIfNew = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            await storage.Lock().UploadAsync(BinaryData.FromString(""), onlyIfNew, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            // Another process created it meanwhile.
        }
    }
}
