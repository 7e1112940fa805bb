using System.Diagnostics;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Chaos;

/// <summary>Uses the app while its parts fail, waits until its work is done, and checks its promises.</summary>
internal static class ChaosRun
{
    private const int MaxPeople = 120;

    // A delivery that a killed process began is settled after five minutes.
    private static readonly TimeSpan SettleDeadline = TimeSpan.FromMinutes(9);

    /// <summary>Returns the exit code.</summary>
    public static async Task<int> RunAsync(TimeSpan length, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-chaos-").FullName;
        var (ports, address) = (new StoragePorts(FreePort.Next(inARow: 3)), new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        var (ledger, answers) = (new Ledger(), new Answers());
        Console.WriteLine($"Chaos for {length.TotalMinutes} minutes with the seed {seed}.");

        await using var storage = new Storage(ports, Path.Combine(folder, "storage"));
        await storage.StartAsync();
        await using var sendGrid = await SendGridStandIn.StartAsync(seed);
        // Without limits of posts, because all clients have one address.
        await using var app = new App(address, Path.Combine(folder, "app.log"),
        [
            "--storage-port-base", $"{ports.Blob}", "--data", Path.Combine(folder, "storage"), $"--Pipeline:BaseUrl={address}",
            "--SendGrid:ApiKey=key", $"--SendGrid:BaseUrl={sendGrid.Address}", $"--SendGrid:WebhookPublicKey={sendGrid.WebhookKey}",
            "--Limits:FormPostsPerMinute=0", "--Limits:ApiPostsPerMinute=0", "--Limits:MailsPerClientPerHour=0",
        ]);
        await app.StartAsync();
        using var client = new Client(app, answers);
        sendGrid.Client = client;

        var users = new Users(client, sendGrid, ledger, seed);
        var faults = new Faults(app, storage, sendGrid, client, users, ledger, seed);
        var check = new FinalCheck(storage.ConnectionString, client, sendGrid, ledger);
        using var stop = new CancellationTokenSource(length);
        await Task.WhenAll(
        [
            faults.RunAsync(stop.Token), new Editor(storage.ConnectionString, ledger, seed).EditAsync(stop.Token),
            users.PublishAsync(stop.Token), users.SubscribeAsync(MaxPeople, stop.Token),
            .. Enumerable.Range(1, 3).Select(number => users.SubmitAsync(number, stop.Token)),
            .. Enumerable.Range(4, 3).Select(number => users.ReadAsync(number, stop.Token)),
            NoteIssuesAsync(check, ledger, stop.Token), MeasureOwnDelayAsync(sendGrid.Address, answers, stop.Token),
        ]);
        Console.WriteLine("The faults have ended. Waiting until the app has done its work.");

        sendGrid.EndFaults();
        await storage.ShowHiddenMessagesAsync();
        var start = Stopwatch.GetTimestamp();
        while (await WorkAsync(storage.ConnectionString, sendGrid, check) is { } work)
        {
            if (Stopwatch.GetElapsedTime(start) > SettleDeadline)
            {
                ledger.Break("All work is done in the end.", $"{SettleDeadline.TotalMinutes} minutes after the last fault {work}");
                break;
            }

            await users.PublishOnceAsync();
            await Task.Delay(TimeSpan.FromSeconds(5));
        }

        Console.WriteLine($"It took {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s.");
        await check.RunAsync();
        answers.Report(ledger);
        faults.Report();
        ledger.Report();
        if (!ledger.IsKept)
        {
            await storage.StopAsync();
            await Console.Error.WriteLineAsync($"The app's output and the tables are in {folder}.");
            return 1;
        }

        await app.DisposeAsync();
        await storage.StopAsync();
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    /// <summary>The work that the app has not done yet; null if there is none.</summary>
    private static async Task<string?> WorkAsync(string connectionString, SendGridStandIn sendGrid, FinalCheck check)
    {
        if (sendGrid.HasPendingEvents)
            return "events of SendGrid are not taken";
        string[] queues = ["practice-submissions", "digest-deliveries", "practice-submissions-poison", "digest-deliveries-poison"];
        foreach (var name in queues)
            if (new QueueClient(connectionString, name) is var queue && await queue.ExistsAsync()
                && (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount is > 0 and var count)
                return $"{count} messages are on {name}";
        var open = (await check.RowsAsync("Digests")).Where(row => row.GetString("Status") != "Closed").Select(row => row.RowKey).ToList();
        return open.Count > 0 ? $"the issues {string.Join(", ", open)} are not closed"
            : (await check.RowsAsync("Practices")).Any(row =>
                row.GetString("Status") is "Published" && string.IsNullOrEmpty(row.GetString("DigestIssue")))
            ? "a published practice is in no issue"
            : null;
    }

    private static async Task NoteIssuesAsync(FinalCheck check, Ledger ledger, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var row in await check.RowsAsync("Digests").WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None))
                    ledger.AddIssue(row.RowKey);
            }
            catch (Exception fault) when (fault is Azure.RequestFailedException or AggregateException or TimeoutException or IOException)
            {
                // Storage is down.
            }

            await Task.Delay(TimeSpan.FromSeconds(10), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task MeasureOwnDelayAsync(Uri address, Answers answers, CancellationToken stop)
    {
        using var http = new HttpClient();
        while (!stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            using (await http.GetAsync(address, CancellationToken.None))
                answers.AddOwnDelay(Stopwatch.GetElapsedTime(start));
            await Task.Delay(100, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
