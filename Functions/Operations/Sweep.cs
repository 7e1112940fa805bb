using Pipeline.Operations;

namespace Pipeline.Functions.Operations;

/// <summary>Every minute: applies what admins typed, resumes interrupted work, and closes complete issues.</summary>
public sealed class Sweep(MinuteSweep sweep)
{
    [Function(nameof(Sweep))]
    public Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        sweep.RunAsync(cancellationToken);
}
