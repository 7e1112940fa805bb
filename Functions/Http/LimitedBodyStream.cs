using System.Buffers;
using System.Threading.RateLimiting;

namespace Pipeline.Functions.Http;

/// <summary>Reads the body of a post. What was read counts against <see cref="BodyMemory"/> until the stream is disposed.</summary>
/// <remarks>A read throws <see cref="BadHttpRequestException"/>: 408 if it takes too long, 429 or 503 without memory for it.</remarks>
public sealed class LimitedBodyStream(HttpRequest request, BodyMemory memory, TimeProvider time) : Stream
{
    /// <summary>A form of 256 KiB arrives in this time over a connection with 35 kilobits a second.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(60);

    // An upload of this size is refused in words also on a slow connection.
    private const int MaxDiscardedBytes = 8 * 1024 * 1024;

    private readonly Stream _body = request.Body;
    private readonly List<RateLimitLease> _leases = [];
    private readonly CancellationTokenSource _timeout = new(MaxTime, time);
    private long _read;
    private long _counted;
    private bool _isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timeout.Token);
        try
        {
            _isOver = true;
            var read = await _body.ReadAsync(buffer, either.Token);
            for (_read += read; _counted < _read; _counted += BodyMemory.BlockBytes)
                _leases.AddRange(memory.TakeBlock(request.HttpContext.Connection.RemoteIpAddress));
            _isOver = read == 0;
            return read;
        }
        catch (OperationCanceledException) when (_timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException(
                $"The body did not arrive within {MaxTime.TotalSeconds} seconds.", StatusCodes.Status408RequestTimeout);
        }
    }

    /// <summary>Reads the rest without keeping it, for as long as a body may take. Not if a read failed or the rest is too long.</summary>
    public async Task DiscardRestAsync(CancellationToken cancellationToken)
    {
        // A client that waits for 100 Continue has not sent the body.
        if (_isOver || request.ContentLength - _read > MaxDiscardedBytes || request.Headers.Expect.Count > 0 && _read == 0)
            return;

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timeout.Token);
        var block = ArrayPool<byte>.Shared.Rent(BodyMemory.BlockBytes);
        try
        {
            for (long discarded = 0, read = 1; read > 0 && discarded <= MaxDiscardedBytes; discarded += read)
                read = await _body.ReadAsync(block, either.Token);
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException)
        {
            // The answer is the same.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _leases.ForEach(lease => lease.Dispose());
            _leases.Clear();
            _timeout.Dispose();
        }

        base.Dispose(disposing);
    }
}
