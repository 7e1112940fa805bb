using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Functions;

namespace Pipeline.Tests.InProcess;

/// <summary>A function class with the real attribute of its trigger.</summary>
public sealed class FunctionMethod
{
    private readonly MethodInfo method;

    private FunctionMethod(string name, MethodInfo method)
    {
        this.method = method;
        Name = name;
        var attributes = method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes()).ToList();
        Http = attributes.OfType<HttpTriggerAttribute>().SingleOrDefault();
        Queue = attributes.OfType<QueueTriggerAttribute>().SingleOrDefault();
        Timer = attributes.OfType<TimerTriggerAttribute>().SingleOrDefault();
    }

    public static IReadOnlyList<FunctionMethod> All { get; } = [.. typeof(FunctionsComposition).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Select(method => (Function: method.GetCustomAttribute<FunctionAttribute>(), Method: method))
        .Where(each => each.Function is not null)
        .Select(each => new FunctionMethod(each.Function!.Name, each.Method))];

    public string Name { get; }

    public HttpTriggerAttribute? Http { get; }

    public QueueTriggerAttribute? Queue { get; }

    public TimerTriggerAttribute? Timer { get; }

    public static FunctionMethod Named(string name) => All.Single(function => function.Name == name);

    /// <summary>Calls it on a new instance, and gives what it returns.</summary>
    /// <param name="trigger">For the parameter with the trigger.</param>
    /// <param name="route">For the other parameters, by their names.</param>
    public async Task<object?> CallAsync(IServiceProvider services, object trigger, IReadOnlyDictionary<string, object?> route, CancellationToken cancellationToken)
    {
        object?[] arguments = [.. method.GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(CancellationToken) ? cancellationToken
            : parameter.ParameterType.IsInstanceOfType(trigger) && parameter.GetCustomAttributes().Any() ? trigger
            : route.GetValueOrDefault(parameter.Name!)?.ToString())];
        var instance = ActivatorUtilities.CreateInstance(services, method.DeclaringType!);
        var returned = method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (returned is not Task task)
            return returned;
        await task;
        return task.GetType().GetProperty(nameof(Task<object>.Result))?.GetValue(task);
    }
}
