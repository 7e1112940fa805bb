using System.Reflection;

namespace Pipeline.LocalHost.Functions;

internal static class ParameterCheck
{
    /// <summary>Besides its trigger a function takes a CancellationToken, and what the kind of trigger has to offer.</summary>
    public static void RefuseOthers(Function function, ParameterInfo trigger, Func<ParameterInfo, bool>? isOffered = null)
    {
        foreach (var parameter in function.Parameters)
            if (parameter != trigger && parameter.ParameterType != typeof(CancellationToken) && isOffered?.Invoke(parameter) is not true)
                throw new StartException($"Function {function.Name}: nothing is known to put into its parameter '{parameter.Name}'.");
    }
}
