using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Pipeline.LocalHost.Azurite;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>The process crashes before and after every call to storage and SendGrid that a function makes; then the app recovers.</summary>
/// <remarks>Every subscriber gets the digest exactly once. The calls are not listed here: see RunAsync.</remarks>
public sealed class CrashMatrixTests(AzuriteFixture azurite)
{
    private const int BatchSize = 4;
    private const string UpdateDocs = "PIPELINE_UPDATE_DOCS";
    private const string Document = "docs/crash-matrix.md";

    private const string Introduction =
        """
        # Crash matrix

        `PIPELINE_UPDATE_DOCS=1 dotnet test --project tests/Pipeline.Tests --filter-class "*CrashMatrixTests"` writes this page. Without the
        variable, the same test fails if the page is not current.

        Each table is a run of a function, and its rows are the calls to storage and SendGrid in their order. For each call, the test ran
        the function twice: once the process crashed before the call was sent, once after the call had its effect but before the process
        read the answer. Then a new process continued, and SendGrid's events arrived. In the end every subscriber had the digest exactly
        once. The cells say how:

        - **sent once**: no delivery had an unknown outcome.
        - **acknowledged**: a delivery was claimed when the process crashed, so its outcome was `Unknown` until SendGrid's events settled
          it.
        - **resent**: the same, but SendGrid had not accepted all of its mails, so events did not settle all of it. After the window an
          admin typed `Resend`.

        Another test makes edits in place of crashes: before each of these calls an admin changes every row, or types `Held` and later
        `Sending`. There, too, every subscriber has the digest exactly once in the end.

        """;

    private static readonly Scenario[] Scenarios =
    [
        new(
            "PublishDigest",
            "The function creates an issue of two published practices.",
            app => PrepareAsync(app, 3),
            app => app.PublishAsync()),
        new(
            "DeliverDigest",
            "An issue goes to three subscribers in two requests: one reads Arabic, two read English.",
            PublishAsync,
            DeliverAsync),
        new(
            "DeliverDigest, a refused address",
            "SendGrid refuses one of the three addresses, so the request in its language is divided.",
            async app =>
            {
                app.Refused = "reader1@example.org";
                await PublishAsync(app);
            },
            DeliverAsync),
        new(
            "DeliverDigest, more than a request holds",
            "Of 1,001 subscribers every third reads Arabic. The first delivery enqueues a second one for the rest.",
            async app =>
            {
                await PrepareAsync(app, 1_001);
                await app.PublishAsync();
            },
            DeliverAsync),
        new(
            "Sweep, a deleted message",
            "The message of a delivery was deleted, so the sweep held the issue. An admin typed Sending.",
            async app =>
            {
                await PublishAsync(app);
                await app.LoseMessagesAsync();
                app.Advance(TimeSpan.FromMinutes(11));
                await app.SweepAsync();
                await EditIssueAsync(app, "Status", "Sending");
            },
            app => app.SweepAsync()),
        new(
            "Sweep, a publisher that crashed",
            "An issue was created, and its practices have its name, but its deliveries were not enqueued.",
            async app =>
            {
                await PublishAsync(app);
                await app.LoseMessagesAsync();
                await app.MarkNotEnqueuedAsync();
                app.Advance(TimeSpan.FromMinutes(6));
            },
            app => app.SweepAsync()),
        new(
            "Sweep, an issue to close",
            "All deliveries are settled, but the issue is not closed.",
            async app =>
            {
                await PublishAsync(app);
                await DeliverAsync(app);
                await EditIssueAsync(app, "Status", "Sending");
            },
            app => app.SweepAsync()),
        new(
            "Sweep, an admin resends a delivery",
            "The connection broke before SendGrid got the request. An admin typed Resend.",
            async app =>
            {
                await DeliverOverBrokenConnectionAsync(app, taken: false);
                await DecideAsync(app, "Resend");
            },
            app => app.SweepAsync()),
        new(
            "Sweep, an admin confirms a delivery",
            "The connection broke after SendGrid got the request. An admin typed Sent.",
            async app =>
            {
                await DeliverOverBrokenConnectionAsync(app, taken: true);
                await DecideAsync(app, "Sent");
            },
            app => app.SweepAsync()),
        new(
            "Webhook",
            "The connection broke after SendGrid got the request. SendGrid posts its events, one of them a bounce.",
            async app =>
            {
                await DeliverOverBrokenConnectionAsync(app, taken: true);
                app.Advance(TimeSpan.FromMinutes(1));
                app.Bounce("reader2@example.org");
            },
            app => app.PostEventsAsync()),
    ];

    [Fact]
    public async Task After_a_crash_at_any_call_every_subscriber_gets_the_digest_exactly_once()
    {
        var document = new StringBuilder(Introduction);
        var points = 0;
        foreach (var scenario in Scenarios)
        {
            var rows = await RunAsync(scenario);
            points += rows.Count;
            document.Append(CultureInfo.InvariantCulture, $"\n## {scenario.Name}\n\n{scenario.Story}\n\n");
            document.Append("| | call | crash before it | crash after it |\n| --: | --- | --- | --- |\n");
            foreach (var (number, row) in rows.Index())
                document.Append(CultureInfo.InvariantCulture, $"| {number + 1} | {row.Call} | {row.Before} | {row.After} |\n");
        }

        document.Append(CultureInfo.InvariantCulture, $"\n{points} calls, {points * 2} crashes.\n");
        var path = Path.Combine(AzuriteFolder.Path, "..", "..", Document);
        if (Environment.GetEnvironmentVariable(UpdateDocs) is { Length: > 0 })
            await File.WriteAllTextAsync(path, document.ToString(), Cancellation);
        Assert.Equal(document.ToString(), await File.ReadAllTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task Whatever_an_admin_edits_between_two_calls_every_subscriber_gets_the_digest_exactly_once()
    {
        foreach (var scenario in Scenarios)
            for (var first = 0; ; first += BatchSize)
            {
                ConcurrentBag<bool> happened = [];
                await Parallel.ForEachAsync(Enumerable.Range(first, BatchSize), Cancellation, async (point, _) =>
                    happened.Add(
                        await EditAndRecoverAsync(scenario, point, TouchAllAsync)
                        && await EditAndRecoverAsync(scenario, point, HoldAsync)));
                if (happened.Contains(false))
                    break;
            }
    }

    /// <returns>False if the scenario has no such call.</returns>
    private async Task<bool> EditAndRecoverAsync(Scenario scenario, int point, Func<CrashTestApp, Task> edit)
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await scenario.Prepare(app);
        if (await app.RunAsync(scenario.Run, point, () => edit(app)) is not { } call)
            return false;

        var run = $"{scenario.Name}, {edit.Method.Name} before call {point} ({call})";
        app.Connection = (Broken: false, Taken: false);
        await app.RecoverAsync();
        if ((await app.IssueAsync()).Status == "Held")
        {
            await EditIssueAsync(app, "Status", "Sending");
            await app.RecoverAsync();
        }

        await app.PostEventsAsync();
        await app.RecoverAsync();
        await ResendUnknownAsync(app, run, await UnknownAsync(app, run));
        return true;
    }

    /// <summary>Each row changes, so that no write that follows a read finds the row as it was.</summary>
    private static async Task TouchAllAsync(CrashTestApp app)
    {
        foreach (var table in (TableClient[])[app.Storage.Practices, app.Storage.Digests, app.Storage.Deliveries])
            await foreach (var row in table.QueryAsync<TableEntity>(select: ["PartitionKey", "RowKey"], cancellationToken: Cancellation))
                await table.EditAsync(row.PartitionKey, row.RowKey, "Note", "typed by hand");
    }

    private static async Task HoldAsync(CrashTestApp app)
    {
        await foreach (var row in app.Storage.Digests.QueryAsync<TableEntity>(cancellationToken: Cancellation))
            if (row.GetString("Status") == "Sending")
                await app.Storage.Digests.EditAsync(row.PartitionKey, row.RowKey, "Status", "Held");
    }

    /// <summary>Runs the scenario with a crash at each of its calls, until a run ends without a crash.</summary>
    private async Task<IReadOnlyList<Row>> RunAsync(Scenario scenario)
    {
        ConcurrentDictionary<int, Row> rows = new();
        for (var first = 0; rows.Count == first; first += BatchSize)
            await Parallel.ForEachAsync(Enumerable.Range(first, BatchSize), Cancellation, async (point, _) =>
            {
                var (call, before) = await CrashAndRecoverAsync(scenario, point, after: false);
                if (before is not null)
                    rows[point] = new Row(call, before, (await CrashAndRecoverAsync(scenario, point, after: true)).Outcome!);
            });

        Assert.NotEmpty(rows);
        return [.. rows.OrderBy(row => row.Key).Select(row => row.Value)];
    }

    /// <returns>The call and how the digest was sent in the end; null if the scenario has no such call.</returns>
    private async Task<(string Call, string? Outcome)> CrashAndRecoverAsync(Scenario scenario, int point, bool after)
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await scenario.Prepare(app);
        var crash = await app.RunAsync(scenario.Run, point, after);
        if (!crash.Happened)
            return ("", null);

        var run = $"{scenario.Name}, crash {(after ? "after" : "before")} call {point} ({crash.At})";
        app.Connection = (Broken: false, Taken: false);
        await app.RecoverAsync();
        var unknownBeforeEvents = await UnknownAsync(app, run);
        Assert.All(app.Mails, mail => Assert.Equal(1, mail.Value));

        // SendGrid may post events more than once.
        await app.PostEventsAsync();
        await app.PostEventsAsync();
        await app.RecoverAsync();
        var unknownAfterEvents = await UnknownAsync(app, run);
        await ResendUnknownAsync(app, run, unknownAfterEvents);
        return (crash.At, unknownBeforeEvents == 0 ? "sent once" : unknownAfterEvents == 0 ? "acknowledged" : "resent");
    }

    private static async Task ResendUnknownAsync(CrashTestApp app, string run, int unknown)
    {
        if (unknown > 0)
        {
            app.Advance(TimeSpan.FromHours(25));
            await app.SweepAsync();
            await DecideAsync(app, "Resend");
            await app.RecoverAsync();
        }

        Assert.Equal(0, await UnknownAsync(app, run));
        await AssertEachHasOneDigestAsync(app, run);
    }

    /// <summary>The number of recipients whose outcome is unknown. Checks that the issue is closed and its ledger is complete.</summary>
    private static async Task<int> UnknownAsync(CrashTestApp app, string run)
    {
        var issue = await app.IssueAsync();
        Assert.True(issue.Status == "Closed", $"{run}: {issue.Receipt}");
        Assert.Equal(issue.Candidates, issue.Sent + issue.Skipped + issue.Failed + issue.Unknown);
        DigestSteps.AssertIsComplete(await app.DeliveriesAsync());
        return issue.Unknown!.Value;
    }

    private static async Task AssertEachHasOneDigestAsync(CrashTestApp app, string run)
    {
        var subscribers = await app.SubscribersAsync();
        foreach (var subscriber in subscribers)
        {
            var mails = app.Mails.GetValueOrDefault(subscriber.Email);
            Assert.True(mails == (subscriber.Email == app.Refused ? 0 : 1), $"{run}: a subscriber has {mails} digests.");
        }

        var issue = await app.IssueAsync();
        Assert.Equal((subscribers.Count, app.Mails.Count), (issue.Candidates, issue.Sent));
        var bounced = subscribers.Where(subscriber => subscriber.Status == "Bounced").Select(subscriber => subscriber.Email).ToList();
        Assert.Equal(app.Refused is null ? [] : [app.Refused], bounced.Where(email => email != app.Bounced));
        Assert.Equal(app.Bounced is null ? [] : [app.Bounced], bounced.Where(email => email != app.Refused));
        Assert.All(await app.PracticesAsync(), practice => Assert.Equal(issue.RowKey, practice.DigestIssue));
    }

    private static async Task PrepareAsync(CrashTestApp app, int subscribers)
    {
        await app.AddSubscribersAsync(subscribers);
        await app.AddPublishedPracticeAsync("Migra Movil");
        await app.AddPublishedPracticeAsync("A guide for mayors");
    }

    private static async Task PublishAsync(CrashTestApp app)
    {
        await PrepareAsync(app, 3);
        await app.PublishAsync();
    }

    private static Task DeliverAsync(CrashTestApp app) => app.DeliverNextAsync();

    private static async Task DeliverOverBrokenConnectionAsync(CrashTestApp app, bool taken)
    {
        app.Connection = (Broken: true, taken);
        await PublishAsync(app);
        await DeliverAsync(app);
        app.Connection = (Broken: false, Taken: false);
    }

    private static async Task DecideAsync(CrashTestApp app, string decision)
    {
        foreach (var delivery in await app.DeliveriesAsync())
            if (delivery.Unknown > 0)
                await app.Storage.Deliveries.EditAsync(delivery, "Decision", decision);
    }

    private static async Task EditIssueAsync(CrashTestApp app, string column, object value) =>
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), column, value);

    private sealed record Scenario(string Name, string Story, Func<CrashTestApp, Task> Prepare, Func<CrashTestApp, Task> Run);

    private sealed record Row(string Call, string Before, string After);
}
