using System.Net;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.Functions.Http;

/// <summary>Sets the connection's address to the client's, read from the header that Limits__ClientAddressHeader names.</summary>
public sealed class ClientAddress(ClientLimitOptions options) : IFunctionsWorkerMiddleware
{
    private const string ForwardedPrefix = "X-Forwarded-";

    // The host's name for the request's headers in the trigger's binding data: a JSON object with text values.
    private const string BindingName = "Headers";

    // App Service gives each request one, which the client cannot know in advance.
    private const string RequestId = "X-ARR-LOG-ID";

    // Stands for all clients that tampered with the binding data. No client has this address.
    private static readonly IPAddress Tampered = IPAddress.Broadcast;

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var request = context.GetHttpContext()!.Request;
        // Only posts are limited by client.
        if (HttpMethods.IsPost(request.Method) && options.ClientAddressHeader is { } header
            && Read(request, context.BindingContext, header) is { } address)
            request.HttpContext.Connection.RemoteIpAddress = address;
        return next(context);
    }

    /// <summary>
    /// The host replaces X-Forwarded-… by its own when it forwards the request. As they arrived they are only in the binding data.
    /// </summary>
    private static IPAddress? Read(HttpRequest request, BindingContext binding, string header)
    {
        if (!header.StartsWith(ForwardedPrefix, StringComparison.OrdinalIgnoreCase))
            return Parse(request.Headers[header]);
        // The binding data holds the parameters of the address as well, and these win.
        if (request.Query.ContainsKey(BindingName))
            return Tampered;
        return binding.BindingData.GetValueOrDefault(BindingName) is string json
            ? Original(json, header, request.Headers[RequestId].ToString())
            : null;
    }

    /// <summary>The address in a header of the host's binding data. A field of a JSON body can take the place of all headers.</summary>
    /// <param name="requestId">The id that App Service gave the request; empty elsewhere.</param>
    public static IPAddress? Original(string headers, string name, string requestId)
    {
        try
        {
            using var json = JsonDocument.Parse(headers);
            return (Find(json.RootElement, RequestId) ?? "") == requestId ? Parse(Find(json.RootElement, name)) : Tampered;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return Tampered;
        }
    }

    /// <summary>
    /// The last entry, which the front end appends, with or without a port. The client can write anything left of it. Null if it is no
    /// address.
    /// </summary>
    private static IPAddress? Parse(string? header)
    {
        var last = header?[(header.LastIndexOf(',') + 1)..].Trim();
        return IPEndPoint.TryParse(last ?? "", out var endPoint) ? endPoint.Address : null;
    }

    private static string? Find(JsonElement headers, string name) => headers.EnumerateObject()
        .FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
        is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
