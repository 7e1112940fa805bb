using System.Globalization;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Start;

/// <summary>Measures the time from the start of the app with its Azurite to its first page, with the data of an earlier run.</summary>
/// <remarks>Compares it, in turns, with an empty ASP.NET app to its first page plus Azurite alone until its three ports listen.</remarks>
internal static class StartBenchmark
{
    private const int Rounds = 7;
    private const double MaxRatio = 3;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-start-");
        var data = Path.Combine(folder.FullName, "data");
        await FirstRunAsync(data);

        var (empty, azurite, app) = (new Measurements(), new Measurements(), new Measurements());
        for (var round = 1; round <= Rounds; round++)
        {
            empty.Add((await EmptyAppAsync()).TotalSeconds);
            azurite.Add((await AzuriteAsync(data)).TotalSeconds);
            app.Add((await AppAsync(data)).TotalSeconds);
        }

        folder.Delete(recursive: true);
        var ratio = app.Median / (empty.Median + azurite.Median);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            start: medians of {Rounds} rounds on {Environment.ProcessorCount} cores, and the shortest and longest
              an empty ASP.NET app       {empty.Show("0.00", "s")}
              Azurite alone              {azurite.Show("0.00", "s")}
              this app, its second run   {app.Show("0.00", "s")}
              {app.Median:0.00} s / ({empty.Median:0.00} s + {azurite.Median:0.00} s) = {ratio:0.00}, at most {MaxRatio}
            """));
        return ratio <= MaxRatio ? 0 : 1;
    }

    /// <summary>Installs Azurite if necessary, and creates the data of the demo.</summary>
    private static async Task FirstRunAsync(string data)
    {
        var port = FreePort.Next();
        await using var app = App(port, data, "--demo");
        using var http = Client(port);
        await app.UntilAsync("the mailbox has a digest", async () =>
            await TextAsync(http, "mailbox.json") is { } mails && mails.Contains("List-Unsubscribe", StringComparison.Ordinal));
    }

    private static async Task<TimeSpan> AppAsync(string data)
    {
        var port = FreePort.Next();
        await using var app = App(port, data);
        using var http = Client(port);
        return await app.UntilAsync("the app answers", async () => await TextAsync(http, "/") is not null);
    }

    private static async Task<TimeSpan> EmptyAppAsync()
    {
        var port = FreePort.Next();
        await using var app = new ChildProcess("dotnet", typeof(StartBenchmark).Assembly.Location, EmptyApp.Argument, $"{port}");
        using var http = Client(port);
        return await app.UntilAsync("the empty app answers", async () => await TextAsync(http, "/") is not null);
    }

    private static async Task<TimeSpan> AzuriteAsync(string data)
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        await using var azurite = new ChildProcess(
            "node", Path.Combine(AzuriteFolder.NodeModules, "azurite/dist/src/azurite.js"),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", data,
            "--blobPort", $"{ports.Blob}", "--queuePort", $"{ports.Queue}", "--tablePort", $"{ports.Table}");
        static Task<bool> Listens(int port) => StorageProbe.IsListeningAsync(port, CancellationToken.None);
        return await azurite.UntilAsync("Azurite listens", async () =>
            await Listens(ports.Blob) && await Listens(ports.Queue) && await Listens(ports.Table));
    }

    private static ChildProcess App(int port, string data, params string[] more) => new(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Pipeline.LocalHost.dll"),
            "--settings", Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json"),
            "--port", $"{port}", "--storage-port-base", $"{FreePort.Next(inARow: 3)}", "--data", data, .. more,
        ]);

    private static HttpClient Client(int port) => new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

    /// <summary>The body of the answer. Null if there is no answer or its status is not a success.</summary>
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
}
