using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Start;

/// <summary>
/// The app with its Azurite, installed and with data of an earlier run, until its first page is there; against an empty
/// ASP.NET app until its first page plus Azurite alone until its three ports listen. The three take turns.
/// </summary>
internal static class StartBenchmark
{
    private const int Rounds = 7;
    private const double AtMost = 3;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-start-");
        var data = Path.Combine(folder.FullName, "data");
        await FirstRunAsync(data);

        List<TimeSpan> empty = [], azurite = [], app = [];
        for (var round = 1; round <= Rounds; round++)
        {
            empty.Add(await EmptyAppAsync());
            azurite.Add(await AzuriteAsync(data));
            app.Add(await AppAsync(data));
        }

        folder.Delete(recursive: true);
        var (floor, measured) = (Median(empty) + Median(azurite), Median(app));
        var ratio = measured / floor;
        Console.WriteLine($"""
            start: medians of {Rounds} rounds on {Environment.ProcessorCount} cores, and the shortest and longest
              an empty ASP.NET app       {Shown(empty)}
              Azurite alone              {Shown(azurite)}
              this app, its second run   {Shown(app)}
              {measured.TotalSeconds:0.00} s / ({Median(empty).TotalSeconds:0.00} s + {Median(azurite).TotalSeconds:0.00} s) = {ratio:0.00}, at most {AtMost}
            """);
        return ratio <= AtMost ? 0 : 1;
    }

    /// <summary>Installs Azurite if need be, and leaves the sample practices behind.</summary>
    private static async Task FirstRunAsync(string data)
    {
        var port = FreePort.Next();
        await using var app = App(port, data, "--demo");
        using var http = Client(port);
        await app.UntilAsync(async () => await TextAsync(http, "mailbox.json") is { } mails && mails.Contains("List-Unsubscribe", StringComparison.Ordinal));
    }

    private static async Task<TimeSpan> AppAsync(string data)
    {
        var port = FreePort.Next();
        await using var app = App(port, data);
        using var http = Client(port);
        return await app.UntilAsync(async () => await TextAsync(http, "/") is not null);
    }

    private static async Task<TimeSpan> EmptyAppAsync()
    {
        var port = FreePort.Next();
        await using var app = new Child("dotnet", typeof(StartBenchmark).Assembly.Location, EmptyApp.Argument, $"{port}");
        using var http = Client(port);
        return await app.UntilAsync(async () => await TextAsync(http, "/") is not null);
    }

    private static async Task<TimeSpan> AzuriteAsync(string data)
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        await using var azurite = new Child(
            "node", Path.Combine(AzuriteFolder.NodeModules, "azurite/dist/src/azurite.js"),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", data,
            "--blobPort", $"{ports.Blob}", "--queuePort", $"{ports.Queue}", "--tablePort", $"{ports.Table}");
        static Task<bool> Listens(int port) => StorageProbe.IsListeningAsync(port, CancellationToken.None);
        return await azurite.UntilAsync(async () =>
            await Listens(ports.Blob) && await Listens(ports.Queue) && await Listens(ports.Table));
    }

    private static Child App(int port, string data, params string[] more) => new(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Pipeline.LocalHost.dll"), "--settings", Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json"),
            "--port", $"{port}", "--storage-port-base", $"{FreePort.Next(inARow: 3)}", "--data", data, .. more,
        ]);

    private static HttpClient Client(int port) => new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    /// <summary>Null as long as nobody answers, or with something else than 200.</summary>
    private static async Task<string?> TextAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(path);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static string Shown(List<TimeSpan> times) => $"{Median(times).TotalSeconds:0.00} s ({times.Min().TotalSeconds:0.00} to {times.Max().TotalSeconds:0.00})";
}
