using System.Globalization;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Azurite;
using Pipeline.Practices;
using Pipeline.Storage;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Pages;

/// <summary>
/// The first page of a topic with five thousand practices against a static file from the same process, one request at a
/// time and eight at once, in turns; and what a page costs in storage transactions.
/// </summary>
internal static class PagesBenchmark
{
    private const string Topic = "mainstreaming-migration";
    private const int Practices = 5_000;
    private const int Rounds = 15;
    private const int Requests = 400;
    private const double AtMost = 3;
    private const int MostTransactions = 2;

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
        await using var host = await ComposedApp.StartAsync(connectionString, services => services.AddSingleton<HttpPipelinePolicy>(transactions));
        await FillAsync(host.Services.GetRequiredService<PipelineStorage>().Practices, Practices);
        using var http = new HttpClient { BaseAddress = host.Address };
        using var first = await http.GetAsync($"topics/{Topic}");

        var most = await MostForOnePageAsync(new Visitor(http, $"topics/{Topic}"), transactions);
        Console.WriteLine($"{Practices:N0} practices; the page takes {(await first.Content.ReadAsByteArrayAsync()).Length:N0} bytes and at most {most} storage transactions, bound {MostTransactions}");
        var fine = most <= MostTransactions;
        foreach (var inFlight in (int[])[1, 8])
        {
            var (file, page, again) = (new Visitor(http, "style.css"), new Visitor(http, $"topics/{Topic}"), new Visitor(http, $"topics/{Topic}", $"{first.Headers.ETag}"));
            foreach (var visitor in (Visitor[])[file, page, again])
                await visitor.RoundAsync(4 * Requests, inFlight, counted: false);
            var (asked, before) = (3 * Rounds * Requests, transactions.Value);
            for (var round = 0; round < Rounds; round++)
                foreach (var visitor in (Visitor[])[file, page, again])
                    await visitor.RoundAsync(Requests, inFlight);

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                {inFlight} in flight, medians of {Rounds} rounds of {Requests}, and the shortest and longest
                  a static file       {file.Shown}
                  the first page      {page.Shown}   {page.Median / file.Median:0.00} times, at most {AtMost}
                  … not modified      {again.Shown}   {again.Median / file.Median:0.00} times
                  {transactions.Value - before} storage transactions in {asked:N0} requests
                """));
            fine &= page.Median <= AtMost * file.Median;
        }
        return fine ? 0 : 1;
    }

    /// <summary>For some seconds, so that what is kept in memory grows old several times.</summary>
    private static async Task<long> MostForOnePageAsync(Visitor visitor, TransactionCount transactions)
    {
        long most = 0;
        for (var i = 0; i < 60; i++)
        {
            var before = transactions.Value;
            await visitor.AskAsync();
            most = Math.Max(most, transactions.Value - before);
            await Task.Delay(TimeSpan.FromMilliseconds(150));
        }

        return most;
    }

    /// <summary>Published practices with a summary of a thousand characters.</summary>
    public static async Task FillAsync(TableClient table, int practices)
    {
        var monday = new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
        var summary = string.Concat(Enumerable.Repeat("A bus that brings advice to people in border areas stops in every village once a month. ", 12));
        foreach (var batch in Enumerable.Range(0, practices).Chunk(100))
            await table.SubmitTransactionAsync(batch.Select(number => new TableTransactionAction(
                TableTransactionActionType.Add,
                new TableEntity(Topic, Reference.Of($"pages {number}").ToString())
                {
                    ["Status"] = "Published",
                    ["StatusApplied"] = "Published",
                    ["Title"] = $"Migra Movil {number}",
                    ["Summary"] = summary,
                    ["Honorific"] = "Ms.",
                    ["Submitter"] = "Angelica Pinzon",
                    ["Country"] = "CR",
                    ["SubmittedOn"] = monday.AddMinutes(-number),
                    ["PublishedOn"] = monday.AddMinutes(-number),
                    ["DigestIssue"] = "",
                })));
    }
}
