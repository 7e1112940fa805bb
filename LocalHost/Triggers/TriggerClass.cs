using System.Reflection;
using System.Reflection.Emit;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host;
using Handler = System.Func<string, object, System.Threading.CancellationToken, System.Threading.Tasks.Task>;

namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// The WebJobs SDK finds triggers as attributes of methods. As the Functions host does, a class is made for it whose methods have the
/// triggers that the worker told, and hand each call on.
/// </summary>
internal sealed class TriggerClass : ITypeLocator, IJobActivator
{
    // The Functions host's name for it, which is part of the names of its blobs.
    private const string Name = "Host.Functions";

    private readonly Type _type;
    private readonly Handler _handler;

    /// <param name="handler">Runs a function, named, with the TimerInfo or QueueMessage that triggered it.</param>
    public TriggerClass(IEnumerable<WorkerFunction> functions, Handler handler)
    {
        _handler = handler;
        var type = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Host"), AssemblyBuilderAccess.Run).DefineDynamicModule("Host")
            .DefineType(Name, TypeAttributes.Public | TypeAttributes.Class);
        var field = type.DefineField(nameof(Handler), typeof(Handler), FieldAttributes.Public);
        foreach (var function in functions)
            if (function.IsQueue)
                Define(type, field, function.Name, typeof(QueueMessage), Attribute(
                    typeof(QueueTriggerAttribute), function["queueName"]!, ("Connection", function["connection"] ?? "AzureWebJobsStorage")));
            else if (function.IsTimer)
                Define(type, field, function.Name, typeof(TimerInfo), Attribute(typeof(TimerTriggerAttribute), function["schedule"]!));
        _type = type.CreateType();
    }

    public IReadOnlyList<Type> GetTypes() => [_type];

    public T CreateInstance<T>()
    {
        var instance = Activator.CreateInstance<T>();
        _type.GetField(nameof(Handler))!.SetValue(instance, _handler);
        return instance;
    }

    private static void Define(TypeBuilder type, FieldBuilder field, string name, Type trigger, CustomAttributeBuilder attribute)
    {
        var method = type.DefineMethod(name, MethodAttributes.Public, typeof(Task), [trigger, typeof(CancellationToken)]);
        method.SetCustomAttribute(Attribute(typeof(FunctionNameAttribute), name));
        method.DefineParameter(1, ParameterAttributes.None, "trigger").SetCustomAttribute(attribute);
        method.DefineParameter(2, ParameterAttributes.None, "cancellationToken");
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ldstr, name);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Callvirt, field.FieldType.GetMethod("Invoke")!);
        code.Emit(OpCodes.Ret);
    }

    private static CustomAttributeBuilder Attribute(Type type, string argument, params (string Name, object Value)[] properties) => new(
        type.GetConstructor([typeof(string)])!, [argument],
        [.. properties.Select(property => type.GetProperty(property.Name)!)], [.. properties.Select(property => property.Value)]);
}
