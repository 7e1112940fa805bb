using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pipeline.LocalHost.Functions;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

public static class ConfigureFunctionsOpenTelemetry
{
    /// <summary>In Azure the Functions host has a span for each call of a function; here LocalHost has it.</summary>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder) => builder
        .ConfigureResource(resource => resource.AddService("pipeline"))
        .WithTracing(tracing => tracing.AddSource(FunctionSpan.SourceName));
}
