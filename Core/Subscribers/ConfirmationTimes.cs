using System.Collections.Immutable;
using System.Globalization;

namespace Pipeline.Subscribers;

/// <summary>When confirmations were asked for by one address within the last hour, and whether another may be sent.</summary>
internal sealed record ConfirmationTimes(ImmutableArray<DateTimeOffset> Within)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="corrected">
    /// Whether a time lay ahead of the clock, which then was put back: such a time becomes now, so that it ends an hour later
    /// however far ahead it was. That has to be kept, or it would begin anew with each request.
    /// </param>
    public static ConfirmationTimes Read(string text, DateTimeOffset now, out bool corrected)
    {
        // What an admin broke counts as never sent.
        var times = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => DateTimeOffset.TryParseExact(word, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : DateTimeOffset.MinValue)
            .ToList();
        corrected = times.Exists(time => time > now);
        return new ConfirmationTimes([.. times.Select(time => time > now ? now : time).Where(time => now - time < Hour)]);
    }

    public bool Allow(DateTimeOffset now) =>
        Within.Length < ConfirmationLimit.MaxPerHour && Within.Count(time => now - time < Minute) < ConfirmationLimit.MaxPerMinute;

    public ConfirmationTimes With(DateTimeOffset time) => new(Within.Add(time));

    public ConfirmationTimes Without(DateTimeOffset time) => new(Within.Remove(time));

    public string Write() => string.Join(' ', Within.Select(time => time.ToString("O", CultureInfo.InvariantCulture)));
}
