using System.Reflection;
using System.Reflection.Emit;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// The WebJobs SDK finds triggers as attributes of methods. As the Functions host does, a class is made for it whose methods have the
/// triggers that the worker told, and hand each call on.
/// </summary>
internal sealed class TriggerClass : ITypeLocator, IJobActivator
{
    // The Functions host's name for it, which is part of the names of its blobs.
    private const string Name = "Host.Functions";
    private const string HandlerField = "Handler";

    private readonly Type _type;
    private readonly Func<string, object, CancellationToken, Task> _handler;

    /// <param name="handler">Runs a function, named, with the TimerInfo or QueueMessage that triggered it.</param>
    public TriggerClass(IEnumerable<WorkerFunction> functions, Func<string, object, CancellationToken, Task> handler)
    {
        _handler = handler;
        var type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Host"), AssemblyBuilderAccess.Run).DefineDynamicModule("Host")
            .DefineType(Name, TypeAttributes.Public | TypeAttributes.Class);
        var field = type.DefineField(HandlerField, typeof(Func<string, object, CancellationToken, Task>), FieldAttributes.Public);
        foreach (var function in functions)
            if (function.IsQueue)
                Define(type, field, function, typeof(QueueMessage), Attribute(typeof(QueueTriggerAttribute), function["queueName"]!, ("Connection", function.Connection)));
            else if (function.IsTimer)
                Define(type, field, function, typeof(TimerInfo), Attribute(
                    typeof(TimerTriggerAttribute), function["schedule"]!, ("RunOnStartup", function["runOnStartup"] is "true"), ("UseMonitor", function["useMonitor"] is not "false")));
        _type = type.CreateType();
    }

    public IReadOnlyList<Type> GetTypes() => [_type];

    public T CreateInstance<T>()
    {
        var instance = Activator.CreateInstance<T>();
        _type.GetField(HandlerField)!.SetValue(instance, _handler);
        return instance;
    }

    private static void Define(TypeBuilder type, FieldBuilder field, WorkerFunction function, Type trigger, CustomAttributeBuilder attribute)
    {
        var method = type.DefineMethod(function.Name, MethodAttributes.Public, typeof(Task), [trigger, typeof(CancellationToken)]);
        method.SetCustomAttribute(Attribute(typeof(FunctionNameAttribute), function.Name));
        method.DefineParameter(1, ParameterAttributes.None, "trigger").SetCustomAttribute(attribute);
        method.DefineParameter(2, ParameterAttributes.None, "cancellationToken");
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ldstr, function.Name);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Callvirt, field.FieldType.GetMethod("Invoke")!);
        code.Emit(OpCodes.Ret);
    }

    private static CustomAttributeBuilder Attribute(Type type, string argument, params (string Name, object Value)[] properties) => new(
        type.GetConstructor([typeof(string)])!, [argument],
        [.. properties.Select(property => type.GetProperty(property.Name)!)], [.. properties.Select(property => property.Value)]);
}
