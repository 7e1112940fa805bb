using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Pipeline.LocalHost.Azurite;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>
/// The process dies before and after every single call to storage and SendGrid that a function makes; then everything goes on.
/// Nobody misses a digest and nobody gets it twice. The calls are not listed by hand: each scenario is run with one more call
/// before the death until it comes to its end.
/// </summary>
public sealed class CrashMatrixTests(AzuriteFixture azurite)
{
    private const string UpdateDocs = "PIPELINE_UPDATE_DOCS";
    private const string Document = "docs/crash-matrix.md";

    private static readonly Scenario[] Scenarios =
    [
        new("PublishDigest", "Two practices were published; an issue is made of them.", app => PrepareAsync(app, 3), app => app.PublishAsync()),
        new("DeliverDigest", "An issue goes to three subscribers, one of whom reads Arabic and two English: in two requests.", PublishedAsync, DeliverAsync),
        new("DeliverDigest, a refused address", "SendGrid refuses one of the three addresses, so the request of its language is halved.", async app =>
        {
            app.Refused = "reader1@example.org";
            await PublishedAsync(app);
        }, DeliverAsync),
        new("DeliverDigest, more than a request holds", "1,001 subscribers, every third of whom reads Arabic: the first delivery hands the rest on.", async app =>
        {
            await PrepareAsync(app, 1_001);
            await app.PublishAsync();
        }, DeliverAsync),
        new("Sweep, a lost message", "The message of a delivery is gone; the sweep enqueues it again.", async app =>
        {
            await PublishedAsync(app);
            app.LoseMessages();
            app.Advance(TimeSpan.FromMinutes(11));
        }, app => app.SweepAsync()),
        new("Sweep, a publisher that died", "An issue was made and stamped, but never enqueued.", async app =>
        {
            await PublishedAsync(app);
            app.LoseMessages();
            await TypeInIssueAsync(app, "Enqueued", false);
            app.Advance(TimeSpan.FromMinutes(6));
        }, app => app.SweepAsync()),
        new("Sweep, an issue to close", "All deliveries are settled; the issue does not say so yet.", async app =>
        {
            await PublishedAsync(app);
            await DeliverAsync(app);
            await TypeInIssueAsync(app, "Status", "Sending");
        }, app => app.SweepAsync()),
        new("Sweep, an admin has a delivery sent again", "The connection broke before SendGrid had the request; an admin typed Resend.", async app =>
        {
            await UnknownAsync(app, taken: false);
            await DecideAsync(app, "Resend");
        }, app => app.SweepAsync()),
        new("Sweep, an admin knows that a delivery was sent", "The connection broke after SendGrid had the request; an admin typed Sent.", async app =>
        {
            await UnknownAsync(app, taken: true);
            await DecideAsync(app, "Sent");
        }, app => app.SweepAsync()),
        new("Webhook", "The connection broke after SendGrid had the request; its events come, one of them a bounce.", async app =>
        {
            await UnknownAsync(app, taken: true);
            app.Advance(TimeSpan.FromMinutes(1));
            app.Bounce("reader2@example.org");
        }, app => app.EventsAsync()),
    ];

    [Fact]
    public async Task Dying_at_any_call_costs_nobody_a_digest_and_gives_nobody_two()
    {
        var document = new StringBuilder(
            """
            # Crash matrix

            Made by `PIPELINE_UPDATE_DOCS=1 dotnet test --project tests/Pipeline.Tests --filter-class "*CrashMatrixTests"`; the same test, without
            the variable, fails where this page is out of date. In each row the process died before that call left, or after
            it was done and before the process heard of it; then everything was started again, SendGrid's events came, and
            every subscriber had the digest exactly once. The calls are those that the wire saw, in their order.

            - **each once**: everybody has it, and the ledger was never in doubt.
            - **proved**: a delivery was claimed when the process died, so nobody could know; the ledger said `Unknown`, and SendGrid's events settled it.
            - **held**: the same, but SendGrid had not taken all of it, so for some no event came; after the window an admin typed `Resend`.

            """);
        var points = 0;
        foreach (var scenario in Scenarios)
        {
            var rows = await RunAsync(scenario);
            points += rows.Count;
            document.Append(CultureInfo.InvariantCulture, $"\n## {scenario.Name}\n\n{scenario.Story}\n\n| | call | died before it | died after it |\n| --: | --- | --- | --- |\n");
            foreach (var (row, number) in rows.Select((row, i) => (row, i + 1)))
                document.Append(CultureInfo.InvariantCulture, $"| {number} | {row.Call} | {row.Before} | {row.After} |\n");
        }

        document.Append(CultureInfo.InvariantCulture, $"\n{points} calls, {points * 2} deaths.\n");
        var path = Path.Combine(AzuriteFolder.Path, "..", "..", Document);
        if (Environment.GetEnvironmentVariable(UpdateDocs) is { Length: > 0 })
            await File.WriteAllTextAsync(path, document.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(document.ToString(), await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    /// <summary>Runs the scenario with a death at each of its calls, some at a time, until one run needs no more calls.</summary>
    private async Task<IReadOnlyList<Row>> RunAsync(Scenario scenario)
    {
        const int atOnce = 4;
        ConcurrentDictionary<int, Row> rows = new();
        for (var first = 0; rows.Count == first; first += atOnce)
            await Parallel.ForEachAsync(Enumerable.Range(first, atOnce), TestContext.Current.CancellationToken, async (point, _) =>
            {
                var (call, before) = await DieAsync(scenario, point, after: false);
                if (before is not null)
                    rows[point] = new Row(call, before, (await DieAsync(scenario, point, after: true)).Outcome!);
            });

        Assert.NotEmpty(rows);
        return [.. rows.OrderBy(row => row.Key).Select(row => row.Value)];
    }

    /// <summary>What came of it in the end, with everything that must hold checked; null where the scenario has no such call.</summary>
    private async Task<(string Call, string? Outcome)> DieAsync(Scenario scenario, int point, bool after)
    {
        await using var app = await CrashingApp.StartAsync(azurite.NewAccount());
        await scenario.Prepare(app);
        var death = await app.RunAsync(scenario.Run, point, after);
        if (!death.Happened)
            return ("", null);

        app.Connection = (Broken: false, Taken: false);
        await app.GoOnAsync();
        var doubtful = await UnknownOfAsync(app, $"{scenario.Name} {point} {after}");
        Assert.All(app.Mails, mail => Assert.Equal(1, mail.Value));

        // SendGrid repeats what was not answered, and more.
        await app.EventsAsync();
        await app.EventsAsync();
        await app.GoOnAsync();
        var held = await UnknownOfAsync(app, $"{scenario.Name} {point} {after}");
        if (held > 0)
        {
            app.Advance(TimeSpan.FromHours(25));
            await app.SweepAsync();
            await DecideAsync(app, "Resend");
            await app.GoOnAsync();
        }

        Assert.Equal(0, await UnknownOfAsync(app, $"{scenario.Name} {point} {after}"));
        await EverybodyHasItAsync(app, $"{scenario.Name} {point} {after}: {death.At}");
        return (death.At, doubtful == 0 ? "each once" : held == 0 ? "proved" : "held");
    }

    /// <summary>The issue is closed, its ledger tiles, and every candidate is accounted for.</summary>
    private static async Task<int> UnknownOfAsync(CrashingApp app, string where)
    {
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.True(issue.GetString("Status") == "Closed", $"{where}: {issue.GetString("Receipt")}");
        Assert.Equal(
            issue.GetInt32("Candidates"), issue.GetInt32("Sent") + issue.GetInt32("Skipped") + issue.GetInt32("Failed") + issue.GetInt32("Unknown"));
        var expected = new string('0', 32);
        foreach (var row in (await app.RowsAsync(app.Storage.Deliveries)).OrderBy(row => row.RowKey, StringComparer.Ordinal))
        {
            Assert.Equal(expected, row.RowKey);
            expected = row.GetString("To");
        }

        Assert.Equal("~", expected);
        return issue.GetInt32("Unknown")!.Value;
    }

    private static async Task EverybodyHasItAsync(CrashingApp app, string where)
    {
        var subscribers = await app.RowsAsync(app.Storage.Subscribers);
        foreach (var subscriber in subscribers)
        {
            var email = subscriber.GetString("Email");
            var mails = app.Mails.GetValueOrDefault(email);
            Assert.True(mails == (email == app.Refused ? 0 : 1), $"{where}: somebody has {mails} digests.");
        }

        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal((subscribers.Count, app.Mails.Count), (issue.GetInt32("Candidates"), issue.GetInt32("Sent")));
        Assert.Equal(app.Refused is null ? [] : [app.Refused], subscribers.Where(row => row.GetString("Status") == "Bounced" && row.GetString("Email") != app.Bounced).Select(row => row.GetString("Email")));
        Assert.Equal(app.Bounced is null ? [] : [app.Bounced], subscribers.Where(row => row.GetString("Status") == "Bounced" && row.GetString("Email") != app.Refused).Select(row => row.GetString("Email")));
        Assert.All(await app.RowsAsync(app.Storage.Practices), row => Assert.Equal(issue.RowKey, row.GetString("DigestIssue")));
    }

    private static async Task PrepareAsync(CrashingApp app, int readers)
    {
        await app.SubscribersAsync(readers);
        await app.PracticeAsync("Migra Movil");
        await app.PracticeAsync("A guide for mayors");
    }

    private static async Task PublishedAsync(CrashingApp app)
    {
        await PrepareAsync(app, 3);
        await app.PublishAsync();
    }

    private static Task DeliverAsync(CrashingApp app) => app.DeliverNextAsync();

    private static async Task UnknownAsync(CrashingApp app, bool taken)
    {
        app.Connection = (Broken: true, taken);
        await PublishedAsync(app);
        await DeliverAsync(app);
        app.Connection = (Broken: false, Taken: false);
    }

    private static async Task DecideAsync(CrashingApp app, string word)
    {
        foreach (var row in await app.RowsAsync(app.Storage.Deliveries))
            if (row.GetInt32("Unknown") > 0)
                await CrashingApp.TypeAsync(app.Storage.Deliveries, new TableEntity(row.PartitionKey, row.RowKey) { ["Decision"] = word });
    }

    private static async Task TypeInIssueAsync(CrashingApp app, string column, object value)
    {
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        await CrashingApp.TypeAsync(app.Storage.Digests, new TableEntity(issue.PartitionKey, issue.RowKey) { [column] = value });
    }

    private sealed record Scenario(string Name, string Story, Func<CrashingApp, Task> Prepare, Func<CrashingApp, Task> Run);

    private sealed record Row(string Call, string Before, string After);
}
