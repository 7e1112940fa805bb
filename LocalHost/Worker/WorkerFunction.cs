using System.Text.Json;

namespace Pipeline.LocalHost.Worker;

/// <summary>A function as the worker describes it: its name and its trigger with the values of the attribute.</summary>
internal sealed class WorkerFunction(RpcFunctionMetadata metadata)
{
    private readonly JsonElement _trigger = metadata.RawBindings.Select(binding => JsonElement.Parse(binding))
        .First(binding => binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));

    public string Id => metadata.FunctionId;

    public string Name => metadata.Name;

    public bool IsHttp => Is("httpTrigger");

    public bool IsQueue => Is("queueTrigger");

    public bool IsTimer => Is("timerTrigger");

    /// <summary>The HTTP methods that the function accepts. Empty if it accepts every method.</summary>
    public string[] Methods => Find("methods") is { ValueKind: JsonValueKind.Array } methods
        ? [.. methods.EnumerateArray().Select(method => method.GetString()!)]
        : [];

    /// <summary>A value of the trigger as text. Null if it has none with this name.</summary>
    public string? this[string name] =>
        Find(name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value ? value.ToString() : null;

    private bool Is(string type) => type.Equals(this["type"], StringComparison.OrdinalIgnoreCase);

    private JsonElement Find(string name) =>
        _trigger.EnumerateObject().FirstOrDefault(value => value.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
