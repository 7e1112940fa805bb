namespace Pipeline.Subscribers;

/// <summary>Limits the mails that strangers can cause to one mailbox: confirmations of all topics, mails about submissions.</summary>
/// <remarks>Table ConfirmationLimits: a row per mailbox, with a hash as its key.</remarks>
public sealed class MailboxLimit(PipelineStorage storage, TimeProvider time)
{
    public const int MaxPerMinute = 4;
    public const int MaxPerHour = 40;

    /// <summary>A double click, or a form that is posted again at once, asks for one mail.</summary>
    public static readonly TimeSpan RepeatPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Counts a mail. False if the limit is reached, or if a mail for the same purpose was counted a moment ago.</summary>
    /// <param name="mail">Id of the mail. It is counted once, also if its message is processed again.</param>
    /// <param name="purpose">Without spaces and commas. Empty: no other mail is the same.</param>
    public async Task<bool> TryCountAsync(string address, string mail, string purpose, CancellationToken cancellationToken)
    {
        var (now, allowed) = (time.GetUtcNow(), false);
        var key = Mailbox.KeyOf(address).ToString();
        await storage.ConfirmationLimits.ChangeAsync(
            key[..2], key,
            row =>
            {
                var times = MailboxTimes.Read(row?.Text("Times") ?? "", now, out var corrected);
                var isCounted = times.Has(mail);
                allowed = isCounted || times.Allow(purpose, now);
                if (allowed && !isCounted)
                    times = times.With(new CountedMail(now, mail, purpose));
                else if (!corrected)
                    return null;
                return new TableEntity { ["Times"] = times.Write(), ["LastOn"] = now };
            },
            cancellationToken);
        return allowed;
    }

    /// <summary>Deletes rows that no longer limit anything.</summary>
    public async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A time in the future comes from a wrong clock.
        var filter = TableFilter.Of($"LastOn lt {now.AddHours(-1)} or LastOn gt {now.AddHours(1)}");
        await foreach (var row in storage.ConfirmationLimits.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            // A changed row is in use again and stays.
            await storage.ConfirmationLimits.TryDeleteAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
    }
}
