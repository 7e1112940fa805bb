using Azure.Core;
using Azure.Core.Pipeline;

namespace Pipeline.Storage;

/// <summary>What the storage calls of an operation are made for. Background work is the default and has more time.</summary>
public enum StorageCaller
{
    Background,

    /// <summary>An HTTP request: its calls fail within seconds, and at once during an outage.</summary>
    Request,

    /// <summary>The health check: its calls fail within seconds, and are also made during an outage.</summary>
    HealthCheck,
}

public static class StorageCallers
{
    private const string Property = "Pipeline.StorageCaller";

    /// <summary>Marks the calls that are made until disposal, also those of tasks that are started until then.</summary>
    public static IDisposable MarkCalls(this StorageCaller caller) =>
        HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = caller });

    internal static StorageCaller Of(HttpMessage message) =>
        message.TryGetProperty(Property, out var value) && value is StorageCaller caller ? caller : StorageCaller.Background;
}
