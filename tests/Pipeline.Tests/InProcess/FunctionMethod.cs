using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Functions;

namespace Pipeline.Tests.InProcess;

/// <summary>A function of the app, with its trigger attribute.</summary>
public sealed class FunctionMethod
{
    private readonly MethodInfo _method;

    private FunctionMethod(string name, MethodInfo method)
    {
        _method = method;
        Name = name;
        var attributes = method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes()).ToList();
        Http = attributes.OfType<HttpTriggerAttribute>().SingleOrDefault();
        Queue = attributes.OfType<QueueTriggerAttribute>().SingleOrDefault();
        Timer = attributes.OfType<TimerTriggerAttribute>().SingleOrDefault();
    }

    public static IReadOnlyList<FunctionMethod> All { get; } =
    [
        .. typeof(FunctionsComposition).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Select(method => (Function: method.GetCustomAttribute<FunctionAttribute>(), Method: method))
            .Where(each => each.Function is not null)
            .Select(each => new FunctionMethod(each.Function!.Name, each.Method)),
    ];

    public string Name { get; }

    public HttpTriggerAttribute? Http { get; }

    public QueueTriggerAttribute? Queue { get; }

    public TimerTriggerAttribute? Timer { get; }

    public static FunctionMethod Named(string name) => All.Single(function => function.Name == name);

    /// <summary>Calls the function on a new instance and returns its result.</summary>
    /// <param name="trigger">The argument for the parameter with the trigger attribute.</param>
    /// <param name="route">The arguments for the other parameters, by name.</param>
    public async Task<object?> CallAsync(
        IServiceProvider services, object trigger, IReadOnlyDictionary<string, object?> route, CancellationToken cancellationToken)
    {
        object?[] arguments = [.. _method.GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(CancellationToken) ? cancellationToken
            : parameter.ParameterType.IsInstanceOfType(trigger) && parameter.GetCustomAttributes().Any() ? trigger
            : route.GetValueOrDefault(parameter.Name!)?.ToString())];
        var instance = ActivatorUtilities.CreateInstance(services, _method.DeclaringType!);
        var returned = _method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (returned is not Task task)
            return returned;
        await task;
        return task.GetType().GetProperty(nameof(Task<object>.Result))?.GetValue(task);
    }
}
