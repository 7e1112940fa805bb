using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>extensions.queues of host.json.</summary>
internal sealed record QueueSettings(
    int BatchSize,
    int NewBatchThreshold,
    TimeSpan VisibilityTimeout,
    int MaxDequeueCount,
    TimeSpan MaxPollingInterval)
{
    // The Functions host goes up to a minute. Here somebody waits in front of the screen.
    private static readonly TimeSpan LongestPollingInterval = TimeSpan.FromMilliseconds(500);

    // As in the Functions host. Without a wait the listener would ask storage again and again for nothing.
    private static readonly TimeSpan ShortestPollingInterval = TimeSpan.FromMilliseconds(100);

    public static QueueSettings Read(IConfigurationSection section)
    {
        var batchSize = Number("batchSize", 16, 1, 32);
        return new QueueSettings(
            batchSize,
            Number("newBatchThreshold", batchSize / 2, 0, 1000),
            Span("visibilityTimeout", TimeSpan.Zero),
            Number("maxDequeueCount", 5, 1, int.MaxValue),
            Span("maxPollingInterval", LongestPollingInterval, ShortestPollingInterval) is var asked && asked < LongestPollingInterval ? asked : LongestPollingInterval);

        int Number(string name, int otherwise, int least, int most) => section[name] switch
        {
            null => otherwise,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
            var text => throw new StartException($"host.json: extensions.queues.{name} is a number from {least} to {most}, not '{text}'."),
        };

        TimeSpan Span(string name, TimeSpan otherwise, TimeSpan least = default) => section[name] switch
        {
            null => otherwise,
            var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= least => span,
            var text => throw new StartException($"host.json: extensions.queues.{name} is a time as 00:00:30{(least > default(TimeSpan) ? $", {least:g} or longer" : "")}, not '{text}'."),
        };
    }
}
