using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Functions.Telemetry;

/// <summary>
/// Sends traces, metrics and logs to Application Insights, to an OpenTelemetry collector, or to both, as the usual settings of these
/// name them. Without one of them nothing is collected.
/// </summary>
public static class TelemetryExport
{
    private const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string Identity = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <exception cref="StartException">One of the settings is malformed.</exception>
    public static void AddTelemetry(this FunctionsApplicationBuilder builder)
    {
        var connectionString = Optional(builder.Configuration, AzureMonitor);
        var collector = Optional(builder.Configuration, Collector);
        if (connectionString is null && collector is null)
            return;

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(Traces.SourceName))
            .WithMetrics(metrics => metrics.AddMeter(PipelineMeter.Name))
            .WithLogging(null, logging => logging.IncludeFormattedMessage = true);
        telemetry.UseFunctionsWorkerDefaults();

        if (collector is not null)
        {
            if (!Uri.TryCreate(collector, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new StartException($"The setting {Collector} should be an absolute http or https address, such as http://localhost:4317.");
            telemetry.UseOtlpExporter();
        }

        if (connectionString is not null)
        {
            // Checked here, because the exporter's own exception repeats it.
            if (!Guid.TryParse(Part(connectionString, "InstrumentationKey"), out _))
                throw new StartException($"The setting {AzureMonitor} should be the connection string of an Application Insights resource, which begins with InstrumentationKey=.");
            telemetry.UseAzureMonitorExporter(options => Configure(options, connectionString, Optional(builder.Configuration, Identity)));
        }
    }

    private static void Configure(AzureMonitorExporterOptions options, string connectionString, string? identity)
    {
        options.ConnectionString = connectionString;
        if (identity is not null)
            options.Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = Part(identity, "ClientId") });
        // There are a few spans to a submission and to a thousand digests, so all are kept; and what is logged is kept with or without them.
        options.TracesPerSecond = null;
        options.SamplingRatio = 1;
        options.EnableTraceBasedLogsSampler = false;
    }

    private static string? Optional(ConfigurationManager settings, string name) => settings[name]?.Trim() is { Length: > 0 } value ? value : null;

    /// <summary>What a string like "One=1;Two=2" has for a name; null where it has none.</summary>
    private static string? Part(string text, string name) => text.Split(';', StringSplitOptions.TrimEntries)
        .Select(part => part.Split('=', 2)).FirstOrDefault(part => part.Length == 2 && part[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
}
