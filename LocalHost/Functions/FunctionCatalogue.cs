using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Queues;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost.Functions;

/// <summary>The functions of the application, found by their attributes and checked: what cannot work stops the start.</summary>
internal sealed class FunctionCatalogue
{
    private readonly List<string> _faults = [];

    private FunctionCatalogue()
    {
    }

    public List<HttpFunction> Http { get; } = [];

    public List<QueueFunction> Queues { get; } = [];

    public List<TimerFunction> Timers { get; } = [];

    public IEnumerable<string> Names => Http.Select(each => each.Name).Concat(Queues.Select(each => each.Name)).Concat(Timers.Select(each => each.Name));

    public static FunctionCatalogue Read(IEnumerable<Type> classes, IConfiguration settings, string routePrefix)
    {
        var catalogue = new FunctionCatalogue();
        var names = new SettingNames(settings);
        foreach (var method in classes.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)))
            if (method.GetCustomAttribute<FunctionAttribute>() is { } attribute)
                catalogue.Try(() => catalogue.Add(new Function(attribute.Name, method), names, routePrefix));

        catalogue.RefuseSameNames();
        catalogue.RefuseSameRoutes();
        return catalogue._faults.Count == 0
            ? catalogue
            : throw new StartException(string.Join(Environment.NewLine, catalogue._faults));
    }

    private void Add(Function function, SettingNames names, string routePrefix)
    {
        foreach (var parameter in function.Parameters)
            if (parameter.GetCustomAttribute<HttpTriggerAttribute>() is { } http)
            {
                Http.Add(HttpFunction.From(function, parameter, http, routePrefix));
                return;
            }
            else if (parameter.GetCustomAttribute<QueueTriggerAttribute>() is { } queue)
            {
                Queues.Add(QueueFunction.From(function, parameter, queue, names));
                return;
            }
            else if (parameter.GetCustomAttribute<TimerTriggerAttribute>() is { } timer)
            {
                Timers.Add(TimerFunction.From(function, parameter, timer, names));
                return;
            }

        throw new StartException($"Function {function.Name} has no trigger: none of its parameters has [HttpTrigger], [QueueTrigger] or [TimerTrigger].");
    }

    private void RefuseSameNames()
    {
        foreach (var same in Names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            _faults.Add($"{same.Count()} functions have the name {same.Key}; a name is for one.");
    }

    private void RefuseSameRoutes()
    {
        for (var i = 0; i < Http.Count; i++)
            foreach (var other in Http.Take(i).Where(other => other.AnswersSameAs(Http[i])))
                _faults.Add($"Functions {other.Name} and {Http[i].Name} answer the same requests: {Http[i].MethodsForPeople} /{Http[i].Route}.");
    }

    private void Try(Action add)
    {
        try
        {
            add();
        }
        catch (StartException fault)
        {
            _faults.Add(fault.Message);
        }
    }
}
