using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Pipeline.Tests.InProcess;

namespace Pipeline.Tests.Cost;

/// <summary>
/// Reads off what is billed: transactions at the wire to storage, HTTP functions by the requests that reached one, queue functions by
/// the messages that were deleted after them.
/// </summary>
internal sealed class Meter : HttpPipelinePolicy, IStartupFilter
{
    private static readonly IReadOnlyDictionary<string, string> FunctionOfQueue =
        FunctionMethod.All.Where(function => function.Queue is not null).ToDictionary(function => function.Queue!.QueueName, function => function.Name);

    private ConcurrentQueue<(string Place, Kind Kind)> transactions = new();
    private ConcurrentQueue<string> executions = new();

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

    public void Reset() => (transactions, executions) = (new(), new());

    /// <param name="place">The name of a table or queue; null for all.</param>
    public int Count(Kind kind, string? place = null) => transactions.Count(each => each.Kind == kind && (place is null || each.Place == place));

    /// <summary>Since the last reset, with functions that the test has run itself.</summary>
    public Bill Read(int sendGridCalls, int logLines, params IEnumerable<string> executed) => new(
        Count(Kind.QueuePut), Count(Kind.QueueGet) + Count(Kind.QueuePeek), Count(Kind.QueueDelete) + Count(Kind.QueueUpdate), Count(Kind.TableRead), Count(Kind.TableQuery),
        Count(Kind.TableWrite), Count(Kind.TableDelete), sendGridCalls, string.Join(", ", executions.Concat(executed).Order(StringComparer.Ordinal)), logLines);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        var path = message.Request.Uri.Path.TrimStart('/').Split('/', 2)[1];
        var place = path.Split('(', '/')[0];
        var kind = path.Contains("/messages", StringComparison.Ordinal) ? OfQueue(message) : OfTable(message.Request.Method, path);
        transactions.Enqueue((place, kind));
        if (kind == Kind.QueueDelete)
            executions.Enqueue(FunctionOfQueue[place]);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything here is asynchronous.");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CountExecutionAsync);
        next(app);
    };

    private Task CountExecutionAsync(HttpContext context, RequestDelegate next)
    {
        // Before the answer leaves: whoever has it finds it counted.
        context.Response.OnStarting(() =>
        {
            if (context.Items[InProcessApp.FunctionItem] is string name)
                executions.Enqueue(name);
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
        "GET" => path.Contains("RowKey=", StringComparison.Ordinal) || path.Contains("RowKey%3D", StringComparison.Ordinal) ? Kind.TableRead : Kind.TableQuery,
        "DELETE" => Kind.TableDelete,
        _ => Kind.TableWrite,
    };
}
