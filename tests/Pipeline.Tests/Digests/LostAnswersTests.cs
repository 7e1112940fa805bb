using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>Storage does the work of a call and its answer is lost or comes too late. The client of the SDK makes the call again.</summary>
public sealed class LostAnswersTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task If_the_answer_to_any_write_is_lost_every_subscriber_gets_the_digest_once_and_the_issue_closes()
    {
        var writes = await SendDigestAsync(lost: null);
        Assert.True(writes > 5, $"Only {writes} writes.");

        await Parallel.ForEachAsync(
            Enumerable.Range(1, writes), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (number, _) => await SendDigestAsync(number));
    }

    /// <param name="lost">The number of the write whose answer is lost; null for none.</param>
    /// <returns>The number of writes.</returns>
    private async Task<int> SendDigestAsync(int? lost)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:Moderation=Off");
        await app.AddSubscribersAsync(3);
        var writes = 0;
        var which = "";
        app.Wire.After = call =>
        {
            if (!IsWriteOfApp(call) || Interlocked.Increment(ref writes) != lost)
                return;
            which = $"{lost}: {call.Summary}";
            throw Wire.Unreachable();
        };

        await app.SubmitAcceptedAsync(Samples.Practice());
        await app.DrainAsync();
        await app.PublishDigestAsync();
        await app.DrainAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.True(issue is { Candidates: 3, Sent: 3, Unknown: 0 }, $"{which}: {issue.Sent} sent, {issue.Unknown} unknown");
        var recipients = (await app.DigestsAsync()).Select(mail => mail.To).Order();
        Assert.True(recipients.SequenceEqual(["reader0@example.org", "reader1@example.org", "reader2@example.org"]), which);
        Assert.True((await app.PracticesAsync()).Count == 1, which);
        return writes;
    }

    // Not the calls by which the host receives and deletes messages.
    private static bool IsWriteOfApp(Wire.Call call) =>
        call.IsWrite && !(call.Method == "DELETE" && call.Path.Contains("/messages/", StringComparison.Ordinal));
}
