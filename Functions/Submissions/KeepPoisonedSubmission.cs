using Pipeline.Storage;

namespace Pipeline.Functions.Submissions;

/// <summary>Stores messages that failed repeatedly, or moves them to Rejections: a poison queue drops them after seven days.</summary>
public sealed class KeepPoisonedSubmission(SubmissionStore store)
{
    [Function(nameof(KeepPoisonedSubmission))]
    public Task Run(
        [QueueTrigger(QueueNames.PoisonSubmissions, Connection = PipelineStorage.Connection)] string message,
        CancellationToken cancellationToken) =>
        store.SavePoisonAsync(message, cancellationToken);
}
