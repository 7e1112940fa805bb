using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Pipeline.LocalHost.Telemetry;

/// <summary>What the app has counted, in a sentence at the end. Each counter is told by its description, as in "submissions accepted 8".</summary>
internal sealed class Summary : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = [];

    public Summary()
    {
        _listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is Counter<long> { Description.Length: > 0, Meter.Name: "Pipeline" })
                listening.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // What happened matters here; the topic is in each log line.
            var which = string.Join(", ", tags.ToArray().Where(tag => tag.Key != "topic").Select(tag => tag.Value));
            _counted.AddOrUpdate(which.Length > 0 ? $"{instrument.Description} ({which})" : instrument.Description!, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        var counts = _counted.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}"));
        if (!_counted.IsEmpty)
            Console.Out.WriteLine($"In all: {string.Join(", ", counts)}.");
    }
}
