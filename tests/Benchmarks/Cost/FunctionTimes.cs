using System.Diagnostics;

namespace Pipeline.Benchmarks.Cost;

/// <summary>Times of functions, measured one after the other.</summary>
internal sealed class FunctionTimes
{
    /// <summary>An instance of Flex with 2,048 MB has one core, others in proportion.</summary>
    private const double MegabytesPerCore = 2_048;

    // Flex bills at least a second, in steps of a tenth of a second.
    private const double MinBilledSeconds = 1;
    private const double BilledStep = 0.1;

    private readonly Dictionary<string, FunctionTime> _times = [];

    public IEnumerable<FunctionTime> All => _times.Values.OrderBy(each => each.Function, StringComparer.Ordinal);

    /// <summary>Measures the runs; the first fifth of them is not counted.</summary>
    /// <param name="parts">The figures are divided by this number.</param>
    public async Task MeasureAsync(string function, IReadOnlyList<Func<Task>> runs, int parts = 1)
    {
        var warmUp = runs.Count / 5;
        foreach (var run in runs.Take(warmUp))
            await run();

        var seconds = new Measurements();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        foreach (var run in runs.Skip(warmUp))
        {
            var start = Stopwatch.GetTimestamp();
            await run();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        process.Refresh();
        var processorSeconds = (process.TotalProcessorTime - before).TotalSeconds / seconds.Count;
        _times[function] = new FunctionTime(function, seconds.Median / parts, processorSeconds / parts, seconds.Count);
    }

    public double Seconds(string function) => _times[function].Seconds;

    /// <summary>The billed seconds of an execution that is alone on its instance.</summary>
    /// <param name="extraSeconds">Waits that were not measured: for SendGrid's answer, for further pages of a table.</param>
    public double BilledSeconds(string function, double extraSeconds) =>
        Math.Max(MinBilledSeconds, Math.Ceiling((TimeOf(function).Seconds + extraSeconds) / BilledStep) * BilledStep);

    /// <summary>Seconds of an instance for one of as many executions as its concurrency or its processor allows.</summary>
    /// <inheritdoc cref="BilledSeconds"/>
    public double SecondsUnderLoad(string function, double extraSeconds, double megabytes) =>
        Math.Max(
            (TimeOf(function).Seconds + extraSeconds) / Assumed.Concurrency(function),
            TimeOf(function).ProcessorSeconds / (megabytes / MegabytesPerCore));

    // Functions that are not measured have the times of a similar one.
    private FunctionTime TimeOf(string function) => _times[function switch
    {
        "AcceptSubscription" or "PostConfirmation" => "AcceptSubmission",
        "ShowConfirmation" or "ShowPractice" => "ShowTopic",
        "BackUpTables" => "CleanSubscribers",
        _ => function,
    }];
}
