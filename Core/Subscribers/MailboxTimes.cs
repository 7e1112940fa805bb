using System.Collections.Immutable;

namespace Pipeline.Subscribers;

/// <summary>The mails of the last hour to one mailbox.</summary>
internal sealed record MailboxTimes(ImmutableArray<CountedMail> Mails)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="corrected">True if a future time was replaced with now. Save the result, or that time would never expire.</param>
    public static MailboxTimes Read(string text, DateTimeOffset now, out bool corrected)
    {
        var mails = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CountedMail.Parse).ToList();
        corrected = mails.Exists(mail => mail.On > now);
        return new MailboxTimes(
            [.. mails.Select(mail => mail.On > now ? mail with { On = now } : mail).Where(mail => now - mail.On < Hour)]);
    }

    public bool Has(string id) => id.Length > 0 && Mails.Any(mail => mail.Id == id);

    public bool Allow(string purpose, DateTimeOffset now) =>
        Mails.Length < MailboxLimit.MaxPerHour && Mails.Count(mail => now - mail.On < Minute) < MailboxLimit.MaxPerMinute
        && !(purpose.Length > 0 && Mails.Any(mail => mail.Purpose == purpose && now - mail.On < MailboxLimit.RepeatPeriod));

    public MailboxTimes With(CountedMail mail) => new(Mails.Add(mail));

    public string Write() => string.Join(' ', Mails.Select(mail => mail.Write()));
}

/// <param name="On">When it was counted.</param>
/// <param name="Id">Empty in rows of earlier versions, as is the purpose.</param>
internal sealed record CountedMail(DateTimeOffset On, string Id, string Purpose)
{
    /// <summary>A malformed time counts as never sent.</summary>
    public static CountedMail Parse(string text)
    {
        string[] parts = [.. text.Split(','), "", ""];
        return new CountedMail(
            DateTimeOffset.TryParseExact(parts[0], "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var on)
                ? on
                : DateTimeOffset.MinValue,
            parts[1], parts[2]);
    }

    public string Write() => $"{On.ToString("O", CultureInfo.InvariantCulture)},{Id},{Purpose}";
}
