using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Worker.Protocol;

namespace Pipeline.LocalHost.Worker;

/// <summary>The stream between host and worker: requests of the host and their answers, invocations, and the worker's log.</summary>
internal sealed class WorkerChannel(ILoggerFactory loggers) : FunctionRpc.FunctionRpcBase
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _requests = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invocations = new();
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();
    private readonly TaskCompletionSource _connected = NewSource();
    private readonly TaskCompletionSource _closed = NewSource();

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

        _outgoing.Writer.TryComplete();
        _closed.TrySetResult();
        foreach (var request in _requests.Values)
            request.TrySetException(WorkerIsGone());
        foreach (var invocation in _invocations.Values)
            invocation.TrySetException(WorkerIsGone());
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends a message that the worker answers.</summary>
    public async Task<StreamingMessage> RequestAsync(StreamingMessage message)
    {
        var id = Guid.NewGuid().ToString();
        var answer = _requests[id] = NewSource<StreamingMessage>();
        message.RequestId = id;
        Send(message);
        return await answer.Task.WaitAsync(AnswerTimeout);
    }

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
            // The worker throws where there is none.
            TraceContext = new RpcTraceContext { TraceParent = Activity.Current?.Id ?? NewTrace(), TraceState = Activity.Current?.TraceStateString ?? "" },
        };
        request.InputData.Add(new ParameterBinding { Name = function.Parameter, Data = input });
        foreach (var (name, value) in metadata)
            request.TriggerMetadata[name] = value;

        var ended = _invocations[invocationId] = NewSource<InvocationResponse>();
        Send(new StreamingMessage { RequestId = invocationId, InvocationRequest = request });
        await using var cancel = cancellationToken.Register(
            () => _outgoing.Writer.TryWrite(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } }));
        var result = (await ended.Task).Result;
        if (result.Status != StatusResult.Types.Status.Success)
            throw new FunctionFailedException(result.Exception?.Message ?? $"It ended as {result.Status}.", result.Exception?.StackTrace);
    }

    public void Terminate(TimeSpan gracePeriod) => _outgoing.Writer.TryWrite(
        new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = new Duration { Seconds = (long)gracePeriod.TotalSeconds } } });

    private static string NewTrace() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private static IOException WorkerIsGone() => new("The worker ended.");

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Send(StreamingMessage message)
    {
        if (_closed.Task.IsCompleted || !_outgoing.Writer.TryWrite(message))
            throw WorkerIsGone();
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await stream.WriteAsync(message, cancellationToken);
    }

    private void Take(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                _connected.TrySetResult();
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                    invocation.TrySetResult(message.InvocationResponse);
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                Log(message.RpcLog);
                break;
            default:
                if (_requests.TryRemove(message.RequestId, out var request))
                    request.TrySetResult(message);
                break;
        }
    }

    private void Log(RpcLog entry)
    {
        var logger = _loggers.GetOrAdd(entry.Category, loggers.CreateLogger);
        var exception = entry.Exception is { } thrown ? new FunctionFailedException(thrown.Message, thrown.StackTrace) : null;
        logger.Log((LogLevel)entry.Level, default, entry.Message, exception, (text, _) => text);
    }
}
