using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Pipeline.Tests.LocalHost;

/// <summary>
/// Functions are compiled against this surface here and against the worker's in Azure. A member that only LocalHost has would compile here alone.
/// </summary>
public sealed class WorkerSurfaceTests
{
    private const string Worker = "Microsoft.Azure.Functions.Worker";

    private static readonly string[] Surface =
    [
        "AuthorizationLevel Admin = 4",
        "AuthorizationLevel Anonymous = 0",
        "AuthorizationLevel Function = 2",
        "AuthorizationLevel System = 3",
        "AuthorizationLevel User = 1",
        "Builder.FunctionsApplication CreateBuilder(String[]) : FunctionsApplicationBuilder",
        "Builder.FunctionsApplicationBuilder Build() : IHost",
        "Builder.FunctionsApplicationBuilder Configuration { get } : ConfigurationManager",
        "Builder.FunctionsApplicationBuilder Environment { get } : IHostEnvironment",
        "Builder.FunctionsApplicationBuilder Logging { get } : ILoggingBuilder",
        "Builder.FunctionsApplicationBuilder Metrics { get } : IMetricsBuilder",
        "Builder.FunctionsApplicationBuilder Services { get } : IServiceCollection",
        // In the worker's Builder namespace too; only the class that holds it has another name there.
        "Builder.FunctionsWebApplication ConfigureFunctionsWebApplication(FunctionsApplicationBuilder) : FunctionsApplicationBuilder",
        "FunctionAttribute (String)",
        "FunctionAttribute Name { get } : String",
        "HttpTriggerAttribute ()",
        "HttpTriggerAttribute (AuthorizationLevel)",
        "HttpTriggerAttribute (AuthorizationLevel, String[])",
        "HttpTriggerAttribute (String[])",
        "HttpTriggerAttribute AuthLevel { get } : AuthorizationLevel",
        "HttpTriggerAttribute Methods { get } : String[]",
        "HttpTriggerAttribute Route { get set } : String",
        "OpenTelemetry.ConfigureFunctionsOpenTelemetry UseFunctionsWorkerDefaults(IOpenTelemetryBuilder) : IOpenTelemetryBuilder",
        "QueueTriggerAttribute (String)",
        "QueueTriggerAttribute Connection { get set } : String",
        "QueueTriggerAttribute QueueName { get } : String",
        "ScheduleStatus ()",
        "ScheduleStatus Last { get set } : DateTime",
        "ScheduleStatus LastUpdated { get set } : DateTime",
        "ScheduleStatus Next { get set } : DateTime",
        "TimerInfo ()",
        "TimerInfo IsPastDue { get set } : Boolean",
        "TimerInfo ScheduleStatus { get set } : ScheduleStatus",
        "TimerTriggerAttribute (String)",
        "TimerTriggerAttribute RunOnStartup { get set } : Boolean",
        "TimerTriggerAttribute Schedule { get } : String",
        "TimerTriggerAttribute UseMonitor { get set } : Boolean",
    ];

    [Fact]
    public void LocalHost_declares_what_the_worker_has_and_nothing_else()
    {
        var declared = typeof(FunctionAttribute).Assembly.GetExportedTypes()
            .Where(type => type.FullName!.StartsWith("Microsoft.", StringComparison.Ordinal))
            .SelectMany(Members);

        Assert.Equal(Surface.Order(StringComparer.Ordinal), declared.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Defaults_are_those_of_the_worker()
    {
        Assert.Equal(AuthorizationLevel.Function, new HttpTriggerAttribute().AuthLevel);
        Assert.Null(new HttpTriggerAttribute().Methods);
        Assert.Null(new HttpTriggerAttribute(AuthorizationLevel.Admin).Methods);
        // Methods without a level are open to everybody: the worker leaves the level at its first value.
        Assert.Equal(AuthorizationLevel.Anonymous, new HttpTriggerAttribute("get").AuthLevel);
        Assert.Null(new QueueTriggerAttribute("queue").Connection);
        Assert.True(new TimerTriggerAttribute("0 * * * * *").UseMonitor);
        Assert.False(new TimerTriggerAttribute("0 * * * * *").RunOnStartup);
    }

    private static IEnumerable<string> Members(Type type)
    {
        var name = type.FullName!.StartsWith($"{Worker}.", StringComparison.Ordinal) ? type.FullName[(Worker.Length + 1)..] : type.FullName;
        if (type.IsEnum)
            return Enum.GetNames(type).Select(value => $"{name} {value} = {(int)Enum.Parse(type, value)}");

        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetConstructors(Own).Select(constructor => $"{name} {Parameters(constructor)}")
            .Concat(type.GetProperties(Own).Select(property => $"{name} {property.Name} {{ {Accessors(property)} }} : {property.PropertyType.Name}"))
            .Concat(type.GetMethods(Own).Where(method => !method.IsSpecialName)
                .Select(method => $"{name} {method.Name}{Parameters(method)} : {method.ReturnType.Name}"))
            .Concat(type.GetFields(Own).Select(field => $"{name} {field.Name}"))
            .Concat(type.GetEvents(Own).Select(@event => $"{name} {@event.Name}"));
    }

    private static string Parameters(MethodBase method) =>
        $"({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private static string Accessors(PropertyInfo property) =>
        string.Join(' ', property.GetAccessors().Select(accessor => accessor == property.GetMethod ? "get" : "set"));
}
