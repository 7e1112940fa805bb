using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Pipeline.LocalHost.Telemetry;

/// <summary>Writes the totals of the app's counters at the end, each with its description, as in "submissions accepted 8".</summary>
internal sealed class CounterSummary : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _totals = [];

    public CounterSummary()
    {
        _listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is Counter<long> { Description.Length: > 0, Meter.Name: "Pipeline" })
                listening.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // Without the topic: each log line has it.
            var outcome = string.Join(", ", tags.ToArray().Where(tag => tag.Key != "topic").Select(tag => tag.Value));
            var name = outcome.Length > 0 ? $"{instrument.Description} ({outcome})" : instrument.Description!;
            _totals.AddOrUpdate(name, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        var totals = _totals.OrderBy(total => total.Key, StringComparer.Ordinal)
            .Select(total => string.Create(CultureInfo.InvariantCulture, $"{total.Key} {total.Value}"));
        if (!_totals.IsEmpty)
            Console.Out.WriteLine($"In all: {string.Join(", ", totals)}.");
    }
}
