using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalHost.Functions;

/// <summary>A method with [Function], and how to call it.</summary>
internal sealed class Function
{
    private readonly ObjectFactory? _newInstance;
    private readonly MethodInfo _method;
    private readonly ParameterInfo[] _parameters;
    private readonly PropertyInfo? _result;
    private readonly MethodInfo? _asTask;

    public Function(string name, MethodInfo method)
    {
        Name = name;
        _method = method;
        _parameters = method.GetParameters();
        if (!method.IsStatic)
            _newInstance = ActivatorUtilities.CreateFactory(method.DeclaringType!, []);

        ResultType = method.ReturnType == typeof(void) || method.ReturnType == typeof(Task) || method.ReturnType == typeof(ValueTask)
            ? null
            : method.ReturnType;
        if (method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() is var open && (open == typeof(Task<>) || open == typeof(ValueTask<>)))
        {
            ResultType = method.ReturnType.GetGenericArguments()[0];
            if (open == typeof(ValueTask<>))
                _asTask = method.ReturnType.GetMethod(nameof(ValueTask<>.AsTask))!;
            _result = typeof(Task<>).MakeGenericType(ResultType).GetProperty(nameof(Task<>.Result))!;
        }
    }

    public string Name { get; }

    public IReadOnlyList<ParameterInfo> Parameters => _parameters;

    /// <summary>What comes out of it, once awaited; null for nothing.</summary>
    public Type? ResultType { get; }

    public async Task<object?> CallAsync(IServiceProvider services, Func<ParameterInfo, object?> argumentFor)
    {
        var arguments = Array.ConvertAll(_parameters, parameter => argumentFor(parameter));
        var returned = _method.Invoke(_newInstance?.Invoke(services, null), BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (returned is ValueTask nothing)
        {
            await nothing;
            return null;
        }

        if ((_asTask is null ? returned : _asTask.Invoke(returned, null)) is not Task task)
            return returned;
        await task;
        return _result?.GetValue(task);
    }
}
