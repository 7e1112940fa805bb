using System.Diagnostics;

namespace Pipeline.Chaos;

/// <summary>Kills the app, stops and freezes storage, and changes how often SendGrid fails, until it is stopped.</summary>
internal sealed class Faults(App app, Storage storage, SendGridStandIn sendGrid, Client client, Users users, Ledger ledger, int seed)
{
    private static readonly TimeSpan RecoveryDeadline = TimeSpan.FromSeconds(60);

    private TimeSpan _slowestRecovery;

    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            (string Name, Func<Random, Task> Make)[] faults =
            [
                ("app killed and started", KillAppAsync),
                ("storage stopped and started", StopStorageAsync),
                ("storage frozen", FreezeStorageAsync),
                ("app killed while storage is frozen", KillAppWhileFrozenAsync),
            ];
            random.Shuffle(faults);
            foreach (var (name, make) in faults)
            {
                sendGrid.ChangeFaultRate();
                await Task.Delay(Seconds(random, 5, 15), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (stop.IsCancellationRequested)
                    break;
                // Half of the faults happen while an issue is sent.
                if (random.Next(2) == 0)
                {
                    await users.PublishOnceAsync();
                    await Task.Delay(random.Next(1_500), CancellationToken.None);
                }

                await make(random);
                ledger.Count($"faults: {name}", 1);
                await UntilHealthyAsync(name);
            }
        }
    }

    public void Report() => Console.WriteLine(
        $"After a fault the app was healthy again within {_slowestRecovery.TotalSeconds:0} s, without a restart.");

    private static TimeSpan Seconds(Random random, int min, int max) => TimeSpan.FromSeconds(random.Next(min, max));

    private async Task KillAppAsync(Random random)
    {
        await app.KillAsync();
        await Task.Delay(Seconds(random, 0, 3));
        await app.StartAsync();
    }

    private async Task StopStorageAsync(Random random)
    {
        await storage.StopAsync();
        await Task.Delay(Seconds(random, 2, 12));
        await storage.StartAsync();
    }

    private async Task FreezeStorageAsync(Random random)
    {
        await storage.FreezeAsync();
        await Task.Delay(Seconds(random, 3, 20));
        await storage.ThawAsync();
    }

    private async Task KillAppWhileFrozenAsync(Random random)
    {
        await storage.FreezeAsync();
        await Task.Delay(Seconds(random, 1, 5));
        await app.KillAsync();
        await storage.ThawAsync();
        await app.StartAsync();
    }

    private async Task UntilHealthyAsync(string fault)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/health");
            if ((await client.SendAsync("GET /api/health", request, [200])).Status == 200)
                break;
            if (Stopwatch.GetElapsedTime(start) > RecoveryDeadline)
            {
                ledger.Break("The app recovers without a restart.", $"not healthy {RecoveryDeadline.TotalSeconds:0} s after: {fault}");
                return;
            }

            await Task.Delay(200);
        }

        if (Stopwatch.GetElapsedTime(start) is var time && time > _slowestRecovery)
            _slowestRecovery = time;
    }
}
