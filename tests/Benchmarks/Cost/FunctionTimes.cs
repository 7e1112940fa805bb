using System.Diagnostics;

namespace Pipeline.Benchmarks.Cost;

/// <summary>How long functions take here, one after the other, and what of it is the processor's.</summary>
internal sealed class FunctionTimes
{
    /// <summary>Flex gives an instance of 2,048 MB one core, and others in proportion.</summary>
    private const double MegabytesPerCore = 2_048;

    // As documented for Flex: at least a second, then rounded up to a tenth of one.
    private const double LeastBilled = 1;
    private const double BilledStep = 0.1;

    private readonly Dictionary<string, (double Seconds, double Cpu, int Runs)> _times = [];

    public IEnumerable<(string Function, double Seconds, double Cpu, int Runs)> All =>
        _times.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value.Seconds, each.Value.Cpu, each.Value.Runs));

    /// <summary>A fifth of the runs only warms up.</summary>
    /// <param name="parts">Into so many a run is divided for the figures.</param>
    public async Task MeasureAsync(string function, IReadOnlyList<Func<Task>> runs, int parts = 1)
    {
        var warmUp = runs.Count / 5;
        foreach (var run in runs.Take(warmUp))
            await run();

        List<double> seconds = [];
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        foreach (var run in runs.Skip(warmUp))
        {
            var begun = Stopwatch.GetTimestamp();
            await run();
            seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        process.Refresh();
        var each = seconds.Order().ElementAt(seconds.Count / 2);
        _times[function] = (each / parts, (process.TotalProcessorTime - cpu).TotalSeconds / seconds.Count / parts, seconds.Count);
    }

    public double Seconds(string function) => _times[function].Seconds;

    /// <summary>The seconds that are billed for an execution that has an instance to itself.</summary>
    /// <param name="more">What the measured run did not wait for: SendGrid's answer, further pages of a table.</param>
    public double Alone(string function, double more) =>
        Math.Max(LeastBilled, Math.Ceiling((TimeOf(function).Seconds + more) / BilledStep) * BilledStep);

    /// <summary>The share of an instance's time where it has as many in hand as it may: of what they wait, or of its processor.</summary>
    public double Busy(string function, double more, double megabytes) =>
        Math.Max((TimeOf(function).Seconds + more) / Assumed.AtOnce(function), TimeOf(function).Cpu / (megabytes / MegabytesPerCore));

    // What is not measured itself is like one that is.
    private (double Seconds, double Cpu, int Runs) TimeOf(string function) => _times[function switch
    {
        "AcceptSubscription" or "PostConfirmation" => "AcceptSubmission",
        "ShowConfirmation" or "ShowPractice" => "ShowTopic",
        "BackUpTables" => "CleanSubscribers",
        _ => function,
    }];
}
