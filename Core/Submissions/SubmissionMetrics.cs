using System.Diagnostics.Metrics;

namespace Pipeline.Submissions;

public sealed class SubmissionMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _accepted =
        PipelineMeter.Of(meters).CreateCounter<long>("pipeline.submissions.accepted", "{submission}", "submissions accepted");

    private readonly Counter<long> _stored =
        PipelineMeter.Of(meters).CreateCounter<long>("pipeline.submissions.stored", "{submission}", "submissions stored");

    private readonly Counter<long> _rejected =
        PipelineMeter.Of(meters).CreateCounter<long>("pipeline.rejections", "{message}", "messages rejected");

    public void CountAccepted(string topic) => _accepted.Add(1, PipelineMeter.Tag("topic", topic));

    public void CountStored(string topic) => _stored.Add(1, PipelineMeter.Tag("topic", topic));

    public void CountRejected(RejectionKind kind) => _rejected.Add(1, PipelineMeter.Tag("kind", kind.ToString()));
}
