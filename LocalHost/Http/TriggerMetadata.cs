using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.LocalHost.Worker.Protocol;

namespace Pipeline.LocalHost.Http;

/// <summary>What the Functions host tells an HTTP function besides its request, under the same names.</summary>
internal static class TriggerMetadata
{
    /// <summary>The values of the route and of the query by their names, then the headers and the query as JSON objects with text values.</summary>
    /// <remarks>Names differ by more than case, and the first one wins: a parameter "headers" of the address hides the headers.</remarks>
    public static Dictionary<string, TypedData> Of(HttpRequest request, RouteValueDictionary route)
    {
        var metadata = new Dictionary<string, TypedData>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in route)
            if (value is not null)
                metadata.TryAdd(name, new TypedData { String = $"{value}" });
        foreach (var (name, value) in request.Query)
            metadata.TryAdd(name, new TypedData { String = value.ToString() });
        metadata.TryAdd("Query", Json(request.Query));
        metadata.TryAdd("Headers", Json(request.Headers));
        return metadata;
    }

    private static TypedData Json(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> values) =>
        new() { Json = JsonSerializer.Serialize(values.ToDictionary(value => value.Key, value => value.Value.ToString())) };
}
