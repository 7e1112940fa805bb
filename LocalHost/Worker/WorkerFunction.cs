using System.Text.Json;
using Pipeline.LocalHost.Worker.Protocol;

namespace Pipeline.LocalHost.Worker;

/// <summary>A function as the worker describes it: its name, and the trigger with the values of its attribute.</summary>
internal sealed class WorkerFunction
{
    private readonly JsonElement _trigger;

    public WorkerFunction(RpcFunctionMetadata metadata)
    {
        (Id, Name) = (metadata.FunctionId, metadata.Name);
        _trigger = metadata.RawBindings.Select(binding => JsonElement.Parse(binding))
            .FirstOrDefault(binding => binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));
        if (_trigger.ValueKind == JsonValueKind.Undefined)
            throw new StartException($"Function {Name} has no trigger.");
    }

    public string Id { get; }

    public string Name { get; }

    public bool IsHttp => Is("httpTrigger");

    public bool IsQueue => Is("queueTrigger");

    public bool IsTimer => Is("timerTrigger");

    /// <summary>The name of the parameter that has the trigger.</summary>
    public string Parameter => this["name"]!;

    /// <summary>The HTTP methods that it answers; none: every method.</summary>
    public string[] Methods => Find("methods") is { ValueKind: JsonValueKind.Array } methods ? [.. methods.EnumerateArray().Select(method => method.GetString()!)] : [];

    /// <summary>The setting that holds the storage account of a queue trigger.</summary>
    public string Connection => this["connection"] is { Length: > 0 } name ? name : "AzureWebJobsStorage";

    /// <summary>A value of the trigger; null if it has none of that name.</summary>
    public string? this[string name] => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        var other => other.GetRawText(),
    };

    private bool Is(string type) => type.Equals(this["type"], StringComparison.OrdinalIgnoreCase);

    private JsonElement Find(string name) => _trigger.EnumerateObject().FirstOrDefault(value => value.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
