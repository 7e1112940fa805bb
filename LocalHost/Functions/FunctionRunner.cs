using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalHost.Functions;

/// <summary>Runs a function once, in a scope of its own.</summary>
internal sealed class FunctionRunner(IServiceScopeFactory scopes)
{
    public async Task RunAsync(Function function, object? trigger, CancellationToken cancellationToken)
    {
        using var span = FunctionSpan.Start(function);
        await using var scope = scopes.CreateAsyncScope();
        await function.CallAsync(scope.ServiceProvider, parameter => Argument(parameter, trigger, cancellationToken));
    }

    private static object? Argument(ParameterInfo parameter, object? trigger, CancellationToken cancellationToken) =>
        parameter.ParameterType == typeof(CancellationToken) ? cancellationToken : trigger;
}
