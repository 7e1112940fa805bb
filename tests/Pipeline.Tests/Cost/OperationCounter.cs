using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Pipeline.Tests.InProcess;

namespace Pipeline.Tests.Cost;

/// <summary>Counts billable operations: the calls to storage, and runs of functions.</summary>
/// <remarks>HTTP functions count by the requests that reached one, queue functions by the messages that were deleted after them.</remarks>
internal sealed class OperationCounter : HttpPipelinePolicy, IStartupFilter
{
    private static readonly IReadOnlyDictionary<string, string> FunctionOfQueue =
        FunctionMethod.All.Where(function => function.Queue is not null)
            .ToDictionary(function => function.Queue!.QueueName, function => function.Name);

    private ConcurrentQueue<(string Place, Kind Kind)> _transactions = new();
    private ConcurrentQueue<string> _executions = new();

    public enum Kind
    {
        QueuePut,
        QueueGet,
        EmptyGet,
        QueuePeek,
        QueueUpdate,
        QueueDelete,
        TableRead,
        TableQuery,
        TableWrite,
        TableDelete,
    }

    public void Reset() => (_transactions, _executions) = (new(), new());

    /// <param name="place">The name of a table or queue; null for all.</param>
    public int Count(Kind kind, string? place = null) =>
        _transactions.Count(each => each.Kind == kind && (place is null || each.Place == place));

    /// <summary>The operations since the last reset.</summary>
    /// <param name="executed">The functions that the test ran itself.</param>
    public BillableOperations Read(int sendGridCalls, int logLines, params IEnumerable<string> executed) => new(
        Count(Kind.QueuePut),
        Count(Kind.QueueGet) + Count(Kind.QueuePeek),
        Count(Kind.QueueDelete) + Count(Kind.QueueUpdate),
        Count(Kind.TableRead),
        Count(Kind.TableQuery),
        Count(Kind.TableWrite),
        Count(Kind.TableDelete),
        sendGridCalls,
        string.Join(", ", _executions.Concat(executed).Order(StringComparer.Ordinal)),
        logLines);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        var path = message.Request.Uri.Path.TrimStart('/').Split('/', 2)[1];
        var place = path.Split('(', '/')[0];
        var kind = path.Contains("/messages", StringComparison.Ordinal) ? OfQueue(message) : OfTable(message.Request.Method, path);
        _transactions.Enqueue((place, kind));
        if (kind == Kind.QueueDelete)
            _executions.Enqueue(FunctionOfQueue[place]);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The app calls storage only asynchronously.");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CountExecutionAsync);
        next(app);
    };

    private Task CountExecutionAsync(HttpContext context, RequestDelegate next)
    {
        // Counted before the client gets the answer.
        context.Response.OnStarting(() =>
        {
            if (context.Items[InProcessApp.FunctionItem] is string name)
                _executions.Enqueue(name);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static Kind OfQueue(HttpMessage message) => message.Request.Method.Method switch
    {
        "POST" => Kind.QueuePut,
        "PUT" => Kind.QueueUpdate,
        "DELETE" => Kind.QueueDelete,
        _ when message.Request.Uri.Query.Contains("peekonly", StringComparison.Ordinal) => Kind.QueuePeek,
        _ => message.Response.Content.ToString().Contains("<QueueMessage>", StringComparison.Ordinal) ? Kind.QueueGet : Kind.EmptyGet,
    };

    private static Kind OfTable(RequestMethod method, string path) => method.Method switch
    {
        "GET" when path.Contains("RowKey=", StringComparison.Ordinal) || path.Contains("RowKey%3D", StringComparison.Ordinal) =>
            Kind.TableRead,
        "GET" => Kind.TableQuery,
        "DELETE" => Kind.TableDelete,
        _ => Kind.TableWrite,
    };
}
