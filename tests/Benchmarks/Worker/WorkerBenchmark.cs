using System.Globalization;
using Azure.Data.Tables;
using Pipeline.Benchmarks.Pages;
using Pipeline.Functions;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Worker;

/// <summary>Compares the worker's processor time for a page with that of a worker that also serializes the result for the host.</summary>
/// <remarks>A short fixed text shows what the worker itself needs for a request. The workers get requests in turns.</remarks>
internal static class WorkerBenchmark
{
    private const int Rounds = 15;
    private const int WarmUpRounds = 2;
    private const int Requests = 4_000;
    private const int InFlight = 8;
    private const int Practices = 100;
    private const double MaxOfSerialized = 0.7;
    private const double MaxOfText = 1.5;

    private static readonly string[] Pages = ["topics/mainstreaming-migration", ""];
    private static readonly string[] Text = ["robots.txt"];

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-worker-");
        StorageAccount[] accounts = [new("cleared", "a2V5"), new("serialized", "a2V5")];
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        bool fine;
        await using (await AzuriteServer.StartAsync(ports, folder.FullName, accounts))
        await using (var cleared = await HostedWorker.StartAsync(
            ports.ConnectionString(accounts[0]), typeof(FunctionsComposition).Assembly.Location))
        await using (var serialized = await HostedWorker.StartAsync(
            ports.ConnectionString(accounts[1]), typeof(WorkerBenchmark).Assembly.Location, SerializingWorker.Argument))
        {
            for (var round = 0; round < WarmUpRounds; round++)
                await MeasureAsync(new Measurements(), new Measurements(), new Measurements());
            var (page, text, pageSerialized) = (new Measurements(), new Measurements(), new Measurements());
            for (var round = 0; round < Rounds; round++)
                await MeasureAsync(page, text, pageSerialized);

            async Task MeasureAsync(Measurements ofPage, Measurements ofText, Measurements ofSerializedPage)
            {
                ofPage.Add(await cleared.MillisecondsPerRequestAsync(Pages, Requests));
                ofText.Add(await cleared.MillisecondsPerRequestAsync(Text, Requests));
                ofSerializedPage.Add(await serialized.MillisecondsPerRequestAsync(Pages, Requests));
            }

            var (ratioToSerialized, ratioToText) = (page.Median / pageSerialized.Median, page.Median / text.Median);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                worker: processor time for a request, {InFlight} in flight
                medians of {Rounds} rounds of {Requests}, and the lowest and highest
                  a page, its result written and cleared   {page.Show("0.000", "ms")}
                  … its result left to the worker          {pageSerialized.Show("0.000", "ms")}
                  a fixed text of 120 bytes                {text.Show("0.000", "ms")}
                  {ratioToSerialized:0.00} of the page whose result is left to the worker, at most {MaxOfSerialized}
                  {ratioToText:0.00} of the fixed text, at most {MaxOfText}
                """));
            fine = ratioToSerialized <= MaxOfSerialized && ratioToText <= MaxOfText;
        }

        folder.Delete(recursive: true);
        return fine ? 0 : 1;
    }

    /// <summary>A worker process with its own LocalHost.</summary>
    private sealed class HostedWorker : IAsyncDisposable
    {
        private readonly ChildProcess _host;
        private readonly ChildProcess _worker;
        private readonly HttpClient _http;

        private HostedWorker(ChildProcess host, ChildProcess worker, int port) =>
            (_host, _worker, _http) = (host, worker, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });

        public static async Task<HostedWorker> StartAsync(string connectionString, params string[] program)
        {
            var (port, workerPort) = (FreePort.Next(), FreePort.Next());
            var settings = SampleSettings.ForWorker(connectionString, AppContext.BaseDirectory, workerPort);
            settings["Pipeline__PageAge"] = "00:00:02";
            var host = new ChildProcess(
                settings,
                "dotnet", Path.Combine(AppContext.BaseDirectory, "Pipeline.LocalHost.dll"),
                "--port", $"{port}", "--worker-port", $"{workerPort}");
            await host.UntilAsync("the host waits for a worker", () => StorageProbe.IsListeningAsync(workerPort, CancellationToken.None));
            var hosted = new HostedWorker(host, new ChildProcess(settings, "dotnet", program), port);
            await hosted._worker.UntilAsync("the worker answers", hosted.AnswersAsync);
            await PagesBenchmark.FillAsync(new TableClient(connectionString, "Practices"), Practices);
            await hosted._worker.UntilAsync("a page has the practices", async () =>
                (await hosted._http.GetStringAsync(Pages[0])).Contains("Migra Movil", StringComparison.Ordinal));
            return hosted;
        }

        public async Task<double> MillisecondsPerRequestAsync(string[] addresses, int requests)
        {
            var before = _worker.ProcessorTime;
            await Parallel.ForAsync(
                0, requests, new ParallelOptions { MaxDegreeOfParallelism = InFlight },
                async (i, stop) => await _http.GetByteArrayAsync(addresses[i % addresses.Length], stop));
            return (_worker.ProcessorTime - before).TotalMilliseconds / requests;
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            // The host also stops its worker.
            await _host.DisposeAsync();
            await _worker.DisposeAsync();
        }

        private async Task<bool> AnswersAsync()
        {
            try
            {
                using var answer = await _http.GetAsync("api/health");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
