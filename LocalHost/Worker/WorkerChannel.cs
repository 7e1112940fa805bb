using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;

namespace Pipeline.LocalHost.Worker;

/// <summary>The gRPC stream between host and worker: requests of the host, responses, invocations and the log of the worker.</summary>
internal sealed class WorkerChannel(ILoggerFactory loggers) : FunctionRpc.FunctionRpcBase
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(60);

    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    // By the id of the request or of the invocation.
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _pending = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Connected => _connected.Task;

    /// <summary>Ends when the worker closes the stream, or when the connection breaks.</summary>
    public Task Closed => _closed.Task;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        var writing = WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
                Handle(message);
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or Grpc.Core.RpcException)
        {
            // The worker ended.
        }
        finally
        {
            Close();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Call it when the worker has ended. Pending requests and invocations fail.</summary>
    public void Close()
    {
        _closed.TrySetResult();
        _outgoing.Writer.TryComplete();
        foreach (var response in _pending.Values)
            response.TrySetException(WorkerEnded());
    }

    /// <summary>Sends a message and returns the response of the worker.</summary>
    /// <exception cref="IOException">The worker ended.</exception>
    /// <exception cref="TimeoutException">The worker did not respond within 60 seconds.</exception>
    public Task<StreamingMessage> RequestAsync(StreamingMessage message) =>
        SendAsync(Guid.NewGuid().ToString(), message).WaitAsync(ResponseTimeout);

    /// <summary>Runs a function in the worker and waits for its end.</summary>
    /// <param name="metadata">Values of the trigger in addition to the input.</param>
    /// <exception cref="FunctionFailedException">The function threw.</exception>
    /// <exception cref="IOException">The worker ended before the function did.</exception>
    public async Task InvokeAsync(
        WorkerFunction function,
        string invocationId,
        TypedData input,
        IEnumerable<KeyValuePair<string, TypedData>> metadata,
        CancellationToken cancellationToken)
    {
        var request = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = function.Id,
            // The trace of the caller, because this host exports no spans. The worker throws if there is no trace.
            TraceContext = new RpcTraceContext
            {
                TraceParent = Activity.Current?.ParentId ?? Activity.Current?.Id ?? NewTrace(),
                TraceState = Activity.Current?.TraceStateString ?? "",
            },
        };
        request.InputData.Add(new ParameterBinding { Name = function["name"], Data = input });
        foreach (var (name, value) in metadata)
            request.TriggerMetadata[name] = value;

        var cancelMessage = new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } };
        await using var cancel = cancellationToken.Register(() => _outgoing.Writer.TryWrite(cancelMessage));
        var result = (await SendAsync(invocationId, new() { InvocationRequest = request })).InvocationResponse.Result;
        if (result.Status != StatusResult.Types.Status.Success)
            throw new FunctionFailedException(
                result.Exception?.Message ?? $"The function ended as {result.Status}.", result.Exception?.StackTrace);
    }

    public void Terminate(TimeSpan gracePeriod) => _outgoing.Writer.TryWrite(
        new() { WorkerTerminate = new WorkerTerminate { GracePeriod = new Duration { Seconds = (long)gracePeriod.TotalSeconds } } });

    private static string NewTrace() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private static IOException WorkerEnded() => new("The worker ended.");

    private Task<StreamingMessage> SendAsync(string id, StreamingMessage message)
    {
        var response = _pending[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        message.RequestId = id;
        if (!_outgoing.Writer.TryWrite(message) && _pending.TryRemove(id, out _))
            response.TrySetException(WorkerEnded());
        return response.Task;
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await stream.WriteAsync(message, cancellationToken);
    }

    private void Handle(StreamingMessage message)
    {
        if (message.StartStream is not null)
            _connected.TrySetResult();
        else if (message.RpcLog is { } entry)
            loggers.CreateLogger(entry.Category).Log(
                (LogLevel)entry.Level, default, entry.Message,
                entry.Exception is { } thrown ? new FunctionFailedException(thrown.Message, thrown.StackTrace) : null, (text, _) => text);
        else if (_pending.TryRemove(message.InvocationResponse?.InvocationId ?? message.RequestId, out var response))
            response.TrySetResult(message);
    }
}
