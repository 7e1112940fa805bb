using Pipeline.Storage;

namespace Pipeline.Functions.Submissions;

/// <summary>Validates a submission from the queue again, and stores it.</summary>
public sealed class StoreSubmission(SubmissionStore store)
{
    [Function(nameof(StoreSubmission))]
    public Task Run(
        [QueueTrigger(QueueNames.Submissions, Connection = PipelineStorage.Connection)] string message,
        CancellationToken cancellationToken) =>
        store.StoreAsync(message, cancellationToken);
}
