using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Pipeline.Settings;
using Pipeline.Telemetry;

namespace Pipeline.Functions.Telemetry;

/// <summary>
/// Exports traces, metrics and logs to Application Insights, an OpenTelemetry collector or both, as their standard settings say.
/// </summary>
public static class TelemetryExport
{
    private const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string Identity = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";
    private const string Sampler = "OTEL_TRACES_SAMPLER";
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <exception cref="StartupException">One of the settings is malformed.</exception>
    public static void AddTelemetry(this FunctionsApplicationBuilder builder)
    {
        var connectionString = Optional(builder.Configuration, AzureMonitor);
        var collector = Optional(builder.Configuration, Collector);
        if (connectionString is null && collector is null)
            return;

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => Sample(tracing.AddSource(Traces.SourceName), builder.Configuration))
            .WithMetrics(metrics => metrics.AddMeter(PipelineMeter.Name))
            .WithLogging(null, logging => logging.IncludeFormattedMessage = true);
        telemetry.UseFunctionsWorkerDefaults();

        if (collector is not null)
        {
            if (!Uri.TryCreate(collector, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new StartupException(
                    $"The setting {Collector} should be an absolute http or https address, such as http://localhost:4317.");
            telemetry.UseOtlpExporter();
        }

        if (connectionString is not null)
        {
            // The exporter's own exception would repeat the value.
            if (!Guid.TryParse(Part(connectionString, "InstrumentationKey"), out _))
                throw new StartupException(
                    $"The setting {AzureMonitor} should be the connection string of an Application Insights resource, "
                    + "which begins with InstrumentationKey=.");
            telemetry.UseAzureMonitorExporter(options => Configure(options, connectionString, Optional(builder.Configuration, Identity)));
        }
    }

    /// <summary>
    /// Keeps all spans. The default follows the flag of the caller's traceparent, so that callers could hide what they do.
    /// </summary>
    private static void Sample(TracerProviderBuilder tracing, ConfigurationManager settings)
    {
        if (Optional(settings, Sampler) is null)
            tracing.SetSampler(new AlwaysOnSampler());
    }

    private static void Configure(AzureMonitorExporterOptions options, string connectionString, string? identity)
    {
        options.ConnectionString = connectionString;
        if (identity is not null)
            options.Credential = new DefaultAzureCredential(
                new DefaultAzureCredentialOptions { ManagedIdentityClientId = Part(identity, "ClientId") });
        // There are few spans, so all are kept. Logs are kept with or without them.
        options.TracesPerSecond = null;
        options.SamplingRatio = 1;
        options.EnableTraceBasedLogsSampler = false;
    }

    private static string? Optional(ConfigurationManager settings, string name) =>
        settings[name]?.Trim() is { Length: > 0 } value ? value : null;

    /// <summary>The value of a name in a string like "One=1;Two=2"; null if it is missing.</summary>
    private static string? Part(string text, string name) => text.Split(';', StringSplitOptions.TrimEntries)
        .Select(part => part.Split('=', 2)).FirstOrDefault(
            part => part.Length == 2 && part[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
}
