using System.Globalization;
using Azure.Data.Tables;
using Pipeline.Benchmarks.Pages;
using Pipeline.Functions;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Worker;

/// <summary>
/// What a page costs the worker in processor time, against the same with the result left to the worker, which serializes it for the host, and against a
/// short fixed text, which costs what the worker itself needs for a request. Both workers are processes of their own behind a LocalHost each, and are asked in turns.
/// </summary>
internal static class WorkerBenchmark
{
    private const int Rounds = 15;
    private const int Requests = 4_000;
    private const int InFlight = 8;
    private const int Practices = 100;
    private const double AtMostOfSerialized = 0.7;
    private const double AtMostOfText = 1.5;

    private static readonly string[] Pages = ["topics/mainstreaming-migration", ""];
    private static readonly string[] Text = ["robots.txt"];

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-worker-");
        StorageAccount[] accounts = [new("cleared", "a2V5"), new("serialized", "a2V5")];
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        bool fine;
        await using (await AzuriteServer.StartAsync(ports, folder.FullName, accounts))
        await using (var cleared = await HostedWorker.StartAsync(ports.ConnectionString(accounts[0]), typeof(FunctionsComposition).Assembly.Location))
        await using (var serialized = await HostedWorker.StartAsync(
            ports.ConnectionString(accounts[1]), typeof(WorkerBenchmark).Assembly.Location, SerializingWorker.Argument))
        {
            List<double> page = [], text = [], pageSerialized = [];
            for (var round = -2; round < Rounds; round++)
            {
                var costs = (
                    Page: await cleared.MillisecondsARequestAsync(Pages, Requests),
                    Text: await cleared.MillisecondsARequestAsync(Text, Requests),
                    Serialized: await serialized.MillisecondsARequestAsync(Pages, Requests));
                if (round < 0)
                    continue;
                page.Add(costs.Page);
                text.Add(costs.Text);
                pageSerialized.Add(costs.Serialized);
            }

            var (ofSerialized, ofText) = (Median(page) / Median(pageSerialized), Median(page) / Median(text));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                worker: its processor time for a request, {InFlight} in flight, medians of {Rounds} rounds of {Requests}, and the lowest and highest
                  a page, its result written and cleared   {Shown(page)}
                  … its result left to the worker          {Shown(pageSerialized)}
                  a fixed text of 120 bytes                {Shown(text)}
                  {ofSerialized:0.00} of the page whose result is left to the worker, at most {AtMostOfSerialized}
                  {ofText:0.00} of the fixed text, at most {AtMostOfText}
                """));
            fine = ofSerialized <= AtMostOfSerialized && ofText <= AtMostOfText;
        }

        folder.Delete(recursive: true);
        return fine ? 0 : 1;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Shown(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{Median(values):0.000} ms ({values.Min():0.000} to {values.Max():0.000})");

    /// <summary>A worker process and the LocalHost in front of it.</summary>
    private sealed class HostedWorker : IAsyncDisposable
    {
        private readonly Child _host;
        private readonly Child _worker;
        private readonly HttpClient _http;

        private HostedWorker(Child host, Child worker, int port) =>
            (_host, _worker, _http) = (host, worker, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });

        public static async Task<HostedWorker> StartAsync(string connectionString, params string[] program)
        {
            var (port, workerPort) = (FreePort.Next(), FreePort.Next());
            var settings = SampleSettings.OfWorker(connectionString, AppContext.BaseDirectory, workerPort);
            settings["Pipeline__PageAge"] = "00:00:02";
            var host = new Child(
                settings, "dotnet", Path.Combine(AppContext.BaseDirectory, "Pipeline.LocalHost.dll"), "--port", $"{port}", "--worker-port", $"{workerPort}");
            await host.UntilAsync(() => StorageProbe.IsListeningAsync(workerPort, CancellationToken.None));
            var hosted = new HostedWorker(host, new Child(settings, "dotnet", program), port);
            await hosted._worker.UntilAsync(hosted.AnswersAsync);
            await PagesBenchmark.FillAsync(new TableClient(connectionString, "Practices"), Practices);
            // The pages are asked for when they have the practices.
            await hosted._worker.UntilAsync(async () => (await hosted._http.GetStringAsync(Pages[0])).Contains("Migra Movil", StringComparison.Ordinal));
            return hosted;
        }

        public async Task<double> MillisecondsARequestAsync(string[] addresses, int requests)
        {
            var before = _worker.ProcessorTime;
            await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = InFlight },
                async (i, stop) => await _http.GetByteArrayAsync(addresses[i % addresses.Length], stop));
            return (_worker.ProcessorTime - before).TotalMilliseconds / requests;
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            // The host ends its worker.
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
