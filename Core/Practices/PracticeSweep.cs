using System.Collections.Concurrent;
using Pipeline.Mail;

namespace Pipeline.Practices;

/// <summary>Processes what admins typed: applies statuses, sets PublishedOn, explains cells and queues the mail to the submitter.</summary>
/// <remarks>Looks at rows that changed since its last look; the first look of a process reads all rows.</remarks>
public sealed partial class PracticeSweep(
    PracticeTable practices, PracticeCheck check, MailOutbox outbox, TimeProvider time, ILogger<PracticeSweep> logger)
{
    private readonly ChangedRows _all = new(time);
    private readonly ConcurrentDictionary<TopicId, ChangedRows> _topics = new();

    /// <summary>Looks at the whole table, as rows of unknown topics are explained, too.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => RunAsync(_all, null, cancellationToken);

    public Task RunAsync(Topic topic, CancellationToken cancellationToken) =>
        RunAsync(_topics.GetOrAdd(topic.Id, _ => new ChangedRows(time)), topic.Id, cancellationToken);

    private Task RunAsync(ChangedRows changes, TopicId? topic, CancellationToken cancellationToken) => practices.LookAtChangesAsync(
        changes, topic, check.Judge, update => ApplyAsync(update, cancellationToken), cancellationToken);

    private async Task ApplyAsync(PracticeUpdate update, CancellationToken cancellationToken)
    {
        var (topic, reference) = (update.Columns.PartitionKey, update.Columns.RowKey);
        using var span = update.Applied is null ? null : Traces.Continue("moderate practice", update.Trace);
        // Queue the mail before the row changes: a crash in between queues it twice but never loses it.
        // The first of two mails claims the notification in the row, and the other one is dropped (see NotificationSender).
        if (update.Announced is { } news)
            await outbox.AddAsync(MailRequest.PracticeStatus(topic, reference, news.ToString()), cancellationToken);

        if (await practices.TryUpdateAsync(update, check.Judge, cancellationToken) && update.Applied is { } status)
            LogChanged(topic, reference, status);
    }

    [LoggerMessage(LogLevel.Information, "Changed practice {Topic}/{Reference} to {Status}.")]
    private partial void LogChanged(string topic, string reference, PracticeStatus status);
}
