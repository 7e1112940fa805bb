using System.Reflection;
using System.Reflection.Emit;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Runs a function.</summary>
/// <param name="function">The name of the function.</param>
/// <param name="trigger">The TimerInfo or QueueMessage of the trigger.</param>
// Public, because the generated class calls it.
public delegate Task TriggerHandler(string function, object trigger);

/// <summary>Generates a class with a method for each queue and timer function. Each method passes its calls to a handler.</summary>
/// <remarks>The WebJobs SDK finds triggers only as attributes of methods. The Functions host generates such a class, too.</remarks>
internal sealed class TriggerClass : ITypeLocator, IJobActivator
{
    // The name that the Functions host uses. It is part of the names of blobs.
    private const string Name = "Host.Functions";

    private readonly Type _type;
    private readonly TriggerHandler _handler;

    public TriggerClass(IEnumerable<WorkerFunction> functions, TriggerHandler handler)
    {
        _handler = handler;
        var type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Host"), AssemblyBuilderAccess.Run).DefineDynamicModule("Host")
            .DefineType(Name, TypeAttributes.Public | TypeAttributes.Class);
        var field = type.DefineField(nameof(TriggerHandler), typeof(TriggerHandler), FieldAttributes.Public);
        foreach (var function in functions)
            if (function.IsQueue)
                Define(type, field, function.Name, typeof(QueueMessage), QueueTrigger(function));
            else if (function.IsTimer)
                Define(type, field, function.Name, typeof(TimerInfo), Attribute(typeof(TimerTriggerAttribute), function["schedule"]!));
        _type = type.CreateType();
    }

    public IReadOnlyList<Type> GetTypes() => [_type];

    public T CreateInstance<T>()
    {
        var instance = Activator.CreateInstance<T>();
        _type.GetField(nameof(TriggerHandler))!.SetValue(instance, _handler);
        return instance;
    }

    private static void Define(TypeBuilder type, FieldBuilder field, string name, Type trigger, CustomAttributeBuilder attribute)
    {
        var method = type.DefineMethod(name, MethodAttributes.Public, typeof(Task), [trigger]);
        method.SetCustomAttribute(Attribute(typeof(FunctionNameAttribute), name));
        method.DefineParameter(1, ParameterAttributes.None, "trigger").SetCustomAttribute(attribute);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ldstr, name);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Callvirt, field.FieldType.GetMethod("Invoke")!);
        code.Emit(OpCodes.Ret);
    }

    private static CustomAttributeBuilder QueueTrigger(WorkerFunction function) => Attribute(
        typeof(QueueTriggerAttribute), function["queueName"]!, ("Connection", function["connection"] ?? "AzureWebJobsStorage"));

    private static CustomAttributeBuilder Attribute(Type type, string argument, params (string Name, object Value)[] properties) => new(
        type.GetConstructor([typeof(string)])!, [argument],
        [.. properties.Select(property => type.GetProperty(property.Name)!)], [.. properties.Select(property => property.Value)]);
}
