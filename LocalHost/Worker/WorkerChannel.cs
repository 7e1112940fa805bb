using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;

namespace Pipeline.LocalHost.Worker;

/// <summary>The stream between host and worker: requests of the host and their answers, invocations, and the worker's log.</summary>
internal sealed class WorkerChannel(ILoggerFactory loggers) : FunctionRpc.FunctionRpcBase
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    // By the id of the request, or of the invocation.
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _awaited = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Connected => _connected.Task;

    /// <summary>Ends when the worker has closed the stream or it broke.</summary>
    public Task Closed => _closed.Task;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        var writing = WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
                Take(message);
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or Grpc.Core.RpcException)
        {
            // The worker is gone.
        }
        finally
        {
            Close();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The worker has ended: what waits for it waits no longer.</summary>
    public void Close()
    {
        _closed.TrySetResult();
        _outgoing.Writer.TryComplete();
        foreach (var answer in _awaited.Values)
            answer.TrySetException(WorkerIsGone());
    }

    /// <summary>Sends a message that the worker answers.</summary>
    public Task<StreamingMessage> RequestAsync(StreamingMessage message) => SendAsync(Guid.NewGuid().ToString(), message).WaitAsync(AnswerTimeout);

    /// <summary>Runs a function in the worker, to its end.</summary>
    /// <param name="metadata">What the trigger knows besides its input.</param>
    /// <exception cref="FunctionFailedException">The function threw.</exception>
    /// <exception cref="IOException">The worker ended before the function did.</exception>
    public async Task InvokeAsync(
        WorkerFunction function, string invocationId, TypedData input, IEnumerable<KeyValuePair<string, TypedData>> metadata, CancellationToken cancellationToken)
    {
        var request = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = function.Id,
            // The caller's, as this host exports no spans of its own. The worker throws if there is none.
            TraceContext = new RpcTraceContext
            {
                TraceParent = Activity.Current?.ParentId ?? Activity.Current?.Id ?? NewTrace(),
                TraceState = Activity.Current?.TraceStateString ?? "",
            },
        };
        request.InputData.Add(new ParameterBinding { Name = function["name"], Data = input });
        foreach (var (name, value) in metadata)
            request.TriggerMetadata[name] = value;

        await using var cancel = cancellationToken.Register(
            () => _outgoing.Writer.TryWrite(new() { InvocationCancel = new InvocationCancel { InvocationId = invocationId } }));
        var result = (await SendAsync(invocationId, new() { InvocationRequest = request })).InvocationResponse.Result;
        if (result.Status != StatusResult.Types.Status.Success)
            throw new FunctionFailedException(result.Exception?.Message ?? $"It ended as {result.Status}.", result.Exception?.StackTrace);
    }

    public void Terminate(TimeSpan gracePeriod) => _outgoing.Writer.TryWrite(
        new() { WorkerTerminate = new WorkerTerminate { GracePeriod = new Duration { Seconds = (long)gracePeriod.TotalSeconds } } });

    private static string NewTrace() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private static IOException WorkerIsGone() => new("The worker ended.");

    private Task<StreamingMessage> SendAsync(string id, StreamingMessage message)
    {
        var answer = _awaited[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        message.RequestId = id;
        if (!_outgoing.Writer.TryWrite(message) && _awaited.TryRemove(id, out _))
            answer.TrySetException(WorkerIsGone());
        return answer.Task;
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await stream.WriteAsync(message, cancellationToken);
    }

    private void Take(StreamingMessage message)
    {
        if (message.StartStream is not null)
            _connected.TrySetResult();
        else if (message.RpcLog is { } entry)
            loggers.CreateLogger(entry.Category).Log(
                (LogLevel)entry.Level, default, entry.Message,
                entry.Exception is { } thrown ? new FunctionFailedException(thrown.Message, thrown.StackTrace) : null, (text, _) => text);
        else if (_awaited.TryRemove(message.InvocationResponse?.InvocationId ?? message.RequestId, out var answer))
            answer.TrySetResult(message);
    }
}
