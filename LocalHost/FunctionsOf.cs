using System.Reflection;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Pipeline.LocalHost;

/// <summary>For tests, where the functions are not those of the program that was started.</summary>
public static class FunctionsOf
{
    public static FunctionsApplicationBuilder UseFunctionsOf(this FunctionsApplicationBuilder builder, Assembly assembly) =>
        builder.UseFunctionsOf(assembly.GetTypes());

    public static FunctionsApplicationBuilder UseFunctionsOf(this FunctionsApplicationBuilder builder, params Type[] classes)
    {
        builder.Local.FunctionClasses = classes;
        return builder;
    }
}
