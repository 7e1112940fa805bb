using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Telemetry;

/// <summary>
/// What the app has counted since it started, in a sentence: now and then while something happens, and in the end. Each counter is
/// told by its description, as in "8 submissions accepted".
/// </summary>
internal sealed partial class Summary : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ILogger<Summary> _logger;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = [];
    private readonly ConcurrentQueue<string> _order = [];
    private string _told = "";

    public Summary(IMeterFactory meters, ILogger<Summary> logger)
    {
        _logger = logger;
        // Of this app's own meters: in tests several apps share a process.
        _listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is Counter<long> { Description.Length: > 0 } && instrument.Meter.Scope == meters)
                listening.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Empty before anything was counted.</summary>
    public string Sentence => string.Join(", ", _order.Select(what => string.Create(CultureInfo.InvariantCulture, $"{_counted[what]} {what}")));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (Sentence is { Length: > 0 } all)
            LogEnd(all);
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // On the real clock: a person reads it.
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            if (Sentence is var sentence && sentence != _told)
            {
                _told = sentence;
                LogSoFar(sentence);
            }
    }

    private void Count(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> which = [];
        foreach (var (name, tag) in tags)
            // What happened matters here; the topic is in each log line.
            if (name != "topic")
                which.Add($"{tag}");
        var what = which.Count > 0 ? $"{instrument.Description} ({string.Join(", ", which)})" : instrument.Description!;
        if (_counted.TryAdd(what, 0))
            _order.Enqueue(what);
        _counted.AddOrUpdate(what, value, (_, sum) => sum + value);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "So far: {Summary}.")]
    private partial void LogSoFar(string summary);

    [LoggerMessage(Level = LogLevel.Information, Message = "In all: {Summary}.")]
    private partial void LogEnd(string summary);
}
