using System.Collections.Immutable;

namespace Pipeline.Subscribers;

/// <summary>Times of the confirmations of one address within the last hour.</summary>
internal sealed record ConfirmationTimes(ImmutableArray<DateTimeOffset> Times)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="corrected">True if a future time was replaced with now. Save the result, or that time would never expire.</param>
    public static ConfirmationTimes Read(string text, DateTimeOffset now, out bool corrected)
    {
        // A malformed time counts as never sent.
        var times = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(Parse).ToList();
        corrected = times.Exists(time => time > now);
        return new ConfirmationTimes([.. times.Select(time => time > now ? now : time).Where(time => now - time < Hour)]);
    }

    private static DateTimeOffset Parse(string text) =>
        DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : DateTimeOffset.MinValue;

    public bool Allow(DateTimeOffset now) =>
        Times.Length < ConfirmationLimit.MaxPerHour && Times.Count(time => now - time < Minute) < ConfirmationLimit.MaxPerMinute;

    public ConfirmationTimes With(DateTimeOffset time) => new(Times.Add(time));

    public ConfirmationTimes Without(DateTimeOffset time) => new(Times.Remove(time));

    public string Write() => string.Join(' ', Times.Select(time => time.ToString("O", CultureInfo.InvariantCulture)));
}
