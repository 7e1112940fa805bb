using System.Diagnostics.Metrics;

namespace Pipeline.Telemetry;

/// <summary>The meter of all features. docs/operate.md describes the metrics. Tags must not contain personal data.</summary>
public static class PipelineMeter
{
    public const string Name = "Pipeline";

    public static Meter Of(IMeterFactory meters) => meters.Create(Name);

    public static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
