using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Http;

namespace Pipeline.Tests.InProcess;

/// <summary>The parts of the worker's FunctionContext that the app's middleware uses.</summary>
internal sealed class InProcessContext : FunctionContext
{
    // The key that the worker uses (Extensions.Http.AspNetCore).
    private const string HttpContextKey = "HttpRequestContext";

    private readonly Bindings _bindings = new();

    public InProcessContext(FunctionMethod function, IServiceProvider services, object trigger, CancellationToken cancellationToken)
    {
        (Function, InstanceServices, Trigger, CancellationToken) = (function, services, trigger, cancellationToken);
        FunctionDefinition = new Definition(function.Name);
        Features.Set(_bindings.Feature);
        if (trigger is not HttpRequest request)
            return;
        Items[HttpContextKey] = request.HttpContext;
        // LocalHost sends the same metadata to the worker, as the Functions host does.
        var metadata = HttpFunctions.TriggerMetadata(request, request.HttpContext.GetRouteData().Values);
        _bindings.Set(metadata.ToDictionary(
            each => each.Key,
            each => (object?)(each.Value.Json is { Length: > 0 } json ? json : each.Value.String),
            StringComparer.OrdinalIgnoreCase));
    }

    public FunctionMethod Function { get; }

    public object Trigger { get; }

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => Function.Name;

    public override TraceContext TraceContext => throw new NotSupportedException();

    public override BindingContext BindingContext => _bindings;

    public override RetryContext RetryContext => throw new NotSupportedException();

    public override IServiceProvider InstanceServices { get; set; }

    public override FunctionDefinition FunctionDefinition { get; }

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override InvocationFeatures Features { get; } = new();

    public override CancellationToken CancellationToken { get; }

    private sealed class Definition(string name) : FunctionDefinition
    {
        public override string Name => name;

        public override string Id => name;

        public override string EntryPoint => throw new NotSupportedException();

        public override string PathToAssembly => throw new NotSupportedException();

        public override ImmutableArray<FunctionParameter> Parameters => [];

        public override IImmutableDictionary<string, BindingMetadata> InputBindings => throw new NotSupportedException();

        public override IImmutableDictionary<string, BindingMetadata> OutputBindings => throw new NotSupportedException();
    }

    private sealed class Bindings : BindingContext
    {
        private Dictionary<string, object?> _data = [];

        public Bindings() => Feature = DispatchProxy.Create(ResultFeature.Interface, typeof(ResultFeature));

        public object Feature { get; }

        public override IReadOnlyDictionary<string, object?> BindingData => _data;

        public void Set(Dictionary<string, object?> data) => _data = data;
    }
}

/// <summary>Holds the result of a function. The worker's interface for it is internal.</summary>
public class ResultFeature : DispatchProxy
{
    private const string Property = "InvocationResult";

    private object? _result;

    internal static Type Interface { get; } = typeof(FunctionContext).Assembly.GetType(
        "Microsoft.Azure.Functions.Worker.Context.Features.IFunctionBindingsFeature", throwOnError: true)!;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        $"get_{Property}" => _result,
        $"set_{Property}" => _result = args![0],
        _ => throw new NotSupportedException(targetMethod.Name),
    };
}

/// <summary>Features by their type.</summary>
public sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    public void Set<T>(T instance) => _features[typeof(T)] = instance!;

    /// <summary>Sets it under the worker's internal interface.</summary>
    public void Set(object result) => _features[ResultFeature.Interface] = result;

    public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
