using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Http;

/// <summary>A function with an HTTP trigger. No methods: every method.</summary>
internal sealed partial record HttpFunction(Function Function, RoutePattern Pattern, string Route, IReadOnlyList<string> Methods)
{
    private static readonly string[] Reserved = ["admin", "runtime"];

    public string Name => Function.Name;

    public string MethodsForPeople => Methods.Count == 0 ? "any method" : string.Join(", ", Methods);

    public static HttpFunction From(Function function, ParameterInfo trigger, HttpTriggerAttribute attribute, string prefix)
    {
        if (trigger.ParameterType != typeof(HttpRequest))
            throw new StartException($"Function {function.Name}: its trigger parameter is an HttpRequest, not {trigger.ParameterType.Name}.");
        if (function.ResultType is { } result && !typeof(IResult).IsAssignableFrom(result))
            throw new StartException($"Function {function.Name} returns {result.Name}; an HTTP function returns an IResult or nothing.");

        var route = (string.IsNullOrEmpty(attribute.Route) ? function.Name : attribute.Route).Trim('/');
        // By its first letters alone, prefix or not: so the Functions host does it.
        if (Reserved.FirstOrDefault(word => route.StartsWith(word, StringComparison.OrdinalIgnoreCase)) is { } reserved)
            throw new StartException($"Function {function.Name}: its route '{route}' begins with '{reserved}', which the Functions host keeps for itself.");
        if (prefix.Length > 0)
            route = $"{prefix}/{route}";
        RoutePattern pattern;
        try
        {
            pattern = RoutePatternFactory.Parse(route);
        }
        catch (RoutePatternException exception)
        {
            throw new StartException($"Function {function.Name}: its route '{route}' is malformed. {exception.Message}", exception);
        }

        ParameterCheck.RefuseOthers(function, trigger, parameter => pattern.GetParameter(parameter.Name!) is not null);
        return new HttpFunction(function, pattern, route, [.. (attribute.Methods ?? []).Select(method => method.ToUpperInvariant())]);
    }

    public bool AnswersSameAs(HttpFunction other) =>
        WithoutNames(Route).Equals(WithoutNames(other.Route), StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 ? other.Methods.Count == 0 : Methods.Intersect(other.Methods).Any());

    public static object? Argument(ParameterInfo parameter, HttpContext context)
    {
        if (parameter.ParameterType == typeof(HttpRequest))
            return context.Request;
        if (parameter.ParameterType == typeof(CancellationToken))
            return context.RequestAborted;

        var text = context.Request.RouteValues[parameter.Name!]?.ToString();
        if (text is null)
            return parameter.HasDefaultValue ? parameter.DefaultValue
                : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;
        return parameter.ParameterType == typeof(string) ? text : TypeDescriptor.GetConverter(parameter.ParameterType).ConvertFromInvariantString(text);
    }

    /// <summary>{id:int} and {number:int} match the same addresses, {id} and {id:int} do not.</summary>
    private static string WithoutNames(string route) => ParameterName().Replace(route, "{$1");

    [GeneratedRegex(@"\{(\**)\w+")]
    private static partial Regex ParameterName();
}
