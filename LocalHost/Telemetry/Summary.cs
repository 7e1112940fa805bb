using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Pipeline.LocalHost.Telemetry;

/// <summary>
/// What the app has counted since it started, in a sentence: now and then while something happens, and in the end. Each counter is
/// told by its description, as in "submissions accepted 8".
/// </summary>
internal sealed partial class Summary : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ILogger<Summary> _logger;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(int Place, string What), long> _counted = [];
    private readonly Timer _timer;
    private int _instruments;
    private string _told = "";

    public Summary(ILogger<Summary> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is Counter<long> { Description.Length: > 0, Meter.Name: "Pipeline" })
                // In the order in which the app made them.
                listening.EnableMeasurementEvents(instrument, state: ++_instruments);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, place) => Count((int)place!, instrument.Description!, value, tags));
        _listener.Start();
        _timer = new Timer(_ => Tell("So far"), null, Pause, Pause);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _listener.Dispose();
        _told = "";
        Tell("In all");
    }

    private void Tell(string when)
    {
        var sentence = string.Join(", ", _counted.OrderBy(count => count.Key.Place).ThenBy(count => count.Key.What, StringComparer.Ordinal)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key.What} {count.Value}")));
        if (sentence != _told)
            LogCounted(when, _told = sentence);
    }

    private void Count(int place, string description, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> which = [];
        foreach (var (name, tag) in tags)
            // What happened matters here; the topic is in each log line.
            if (name != "topic")
                which.Add($"{tag}");
        var what = which.Count > 0 ? $"{description} ({string.Join(", ", which)})" : description;
        _counted.AddOrUpdate((place, what), value, (_, sum) => sum + value);
    }

    [LoggerMessage(LogLevel.Information, "{When}: {Summary}.")]
    private partial void LogCounted(string when, string summary);
}
