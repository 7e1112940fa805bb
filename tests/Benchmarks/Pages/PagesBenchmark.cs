using System.Globalization;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Azurite;
using Pipeline.Practices;
using Pipeline.Storage;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Pages;

/// <summary>Compares the first page of a topic with 5,000 practices with a static file from the same process.</summary>
/// <remarks>Runs with one and with eight requests in flight, in turns. Counts the storage transactions of a page.</remarks>
internal static class PagesBenchmark
{
    private const string Topic = "mainstreaming-migration";
    private const int Practices = 5_000;
    private const int Rounds = 15;
    private const int Requests = 400;
    private const double MaxRatio = 3;
    private const int MaxTransactions = 2;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-pages-");
        var account = new StorageAccount("pages", "a2V5");
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        int code;
        await using (await AzuriteServer.StartAsync(ports, folder.FullName, [account]))
            code = await RunAsync(ports.ConnectionString(account));
        folder.Delete(recursive: true);
        return code;
    }

    private static async Task<int> RunAsync(string connectionString)
    {
        var transactions = new TransactionCount();
        await using var host = await ComposedApp.StartAsync(
            connectionString, services => services.AddSingleton<HttpPipelinePolicy>(transactions));
        await FillAsync(host.Services.GetRequiredService<PipelineStorage>().Practices, Practices);
        using var http = new HttpClient { BaseAddress = host.Address };
        const string path = $"topics/{Topic}";
        using var first = await http.GetAsync(path);
        var bytes = (await first.Content.ReadAsByteArrayAsync()).Length;

        var max = await MaxTransactionsAsync(new Visitor(http, path), transactions);
        Console.WriteLine(
            $"{Practices:N0} practices; the page takes {bytes:N0} bytes and at most {max} storage transactions, bound {MaxTransactions}");
        var fine = max <= MaxTransactions;
        foreach (var inFlight in (int[])[1, 8])
        {
            var (file, page, notModified) = (
                new Visitor(http, "style.css"), new Visitor(http, path), new Visitor(http, path, $"{first.Headers.ETag}"));
            Visitor[] visitors = [file, page, notModified];
            foreach (var visitor in visitors)
                await visitor.RunAsync(4 * Requests, inFlight);
            var before = transactions.Value;
            for (var round = 0; round < Rounds; round++)
                foreach (var visitor in visitors)
                    await visitor.MeasureAsync(Requests, inFlight);

            var fileMedian = file.Rounds.Median;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                {inFlight} in flight, medians of {Rounds} rounds of {Requests}, and the shortest and longest
                  a static file       {file.Rounds.Show("0", "µs")}
                  the first page      {page.Rounds.Show("0", "µs")}   {page.Rounds.Median / fileMedian:0.00} times, at most {MaxRatio}
                  … not modified      {notModified.Rounds.Show("0", "µs")}   {notModified.Rounds.Median / fileMedian:0.00} times
                  {transactions.Value - before} storage transactions in {visitors.Length * Rounds * Requests:N0} requests
                """));
            fine &= page.Rounds.Median <= MaxRatio * fileMedian;
        }

        return fine ? 0 : 1;
    }

    /// <summary>Requests the page until its data has expired and was read again several times.</summary>
    private static async Task<long> MaxTransactionsAsync(Visitor visitor, TransactionCount transactions)
    {
        const int reads = 4;
        var (max, expired) = (0L, 0);
        await Wait.UntilAsync(
            $"the page is read from storage {reads} times",
            async () =>
            {
                var before = transactions.Value;
                await visitor.RequestAsync();
                var count = transactions.Value - before;
                max = Math.Max(max, count);
                expired += count > 0 ? 1 : 0;
                return expired >= reads;
            },
            between: TimeSpan.FromMilliseconds(50));
        return max;
    }

    public static async Task FillAsync(TableClient table, int practices)
    {
        var monday = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
        foreach (var batch in Enumerable.Range(0, practices).Chunk(100))
            await table.SubmitTransactionAsync(batch.Select(number => new TableTransactionAction(
                TableTransactionActionType.Add,
                new TableEntity(Topic, Reference.Of($"pages {number}").ToString())
                {
                    ["Status"] = "Published",
                    ["StatusApplied"] = "Published",
                    ["Title"] = $"Migra Movil {number}",
                    ["Summary"] = LongSummary.Text,
                    ["Honorific"] = "Ms.",
                    ["Submitter"] = "Angelica Pinzon",
                    ["Country"] = "CR",
                    ["SubmittedOn"] = monday.AddMinutes(-number),
                    ["PublishedOn"] = monday.AddMinutes(-number),
                    ["DigestIssue"] = "",
                })));
    }
}
