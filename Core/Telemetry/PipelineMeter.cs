using System.Diagnostics.Metrics;

namespace Pipeline.Telemetry;

/// <summary>The meter of all features. docs/operate.md has the questions that its metrics answer. No tag names a person.</summary>
public static class PipelineMeter
{
    public const string Name = "Pipeline";

    /// <summary>The factory's one meter of this name.</summary>
    /// <remarks>LocalHost's summary shows the descriptions of the counters before their sums.</remarks>
    public static Meter Of(IMeterFactory meters) => meters.Create(Name);

    public static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
