using System.Diagnostics;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Storage;

/// <summary>Adds a span for each table call in a trace. Leaves out row keys: those of Subscribers are hashes of addresses.</summary>
public sealed class TableSpans : HttpPipelinePolicy
{
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        using var span = Start(message.Request);
        try
        {
            await ProcessNextAsync(message, pipeline);
            End(span, message.Response.Status);
        }
        catch (Exception fault)
        {
            Traces.Fail(span, fault);
            throw;
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("Only asynchronous table calls are supported.");

    private static Activity? Start(Request request)
    {
        if (!Traces.IsActive)
            return null;

        var (operation, table) = NameOf(request.Method.Method, request.Uri.Path);
        return Traces.Call($"{operation} {table}")?
            .SetTag("db.system.name", "azure.table").SetTag("db.operation.name", operation).SetTag("db.collection.name", table);
    }

    private static void End(Activity? span, int status)
    {
        span?.SetTag("db.response.status_code", status.ToString(CultureInfo.InvariantCulture));
        // 404, 409 and 412 are expected: the row is missing, exists or was changed.
        if (status is >= 500 or 401 or 403)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <param name="path">Of the request, with the account.</param>
    public static (string Operation, string Table) NameOf(string method, string path)
    {
        // "Digests" for an insert, "Digests()" for a query, "Digests(PartitionKey='…',RowKey='…')" for one row.
        var resource = path.Trim('/').Split('/')[^1];
        var table = resource.Split('(')[0];
        var isRow = resource.Length > table.Length && !resource.EndsWith("()", StringComparison.Ordinal);
        return (Operation(method, isRow), table);
    }

    private static string Operation(string method, bool isRow) => method switch
    {
        "POST" => "insert",
        "DELETE" => "delete",
        "PUT" => "replace",
        "PATCH" or "MERGE" => "merge",
        _ => isRow ? "get" : "query",
    };
}
