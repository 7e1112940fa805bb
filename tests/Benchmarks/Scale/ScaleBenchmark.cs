using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Scale;

/// <summary>
/// One issue to ten thousand subscribers and one to a million, in turns, each in a process of its own, on one Azurite. What it
/// costs a thousand recipients must not grow, and the memory must not either.
/// </summary>
internal static class ScaleBenchmark
{
    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Rounds = 3;
    private const double MostMemory = 1.3;
    private const int MostTransactions = 6;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-scale-");
        StorageAccount[] accounts = [.. Enumerable.Range(1, 2 * Rounds).Select(number => new StorageAccount($"run{number}", "a2V5"))];
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        List<ScaleResult> few = [], many = [];
        foreach (var count in (int[])[Few, Many])
            ReaderFile.Write(Readers(count), count);
        await using (await AzuriteServer.StartAsync(ports, folder.FullName, accounts))
            foreach (var pair in accounts.Chunk(2))
            {
                few.Add(await RunAsync(Few, Readers(Few), ports.ConnectionString(pair[0])));
                many.Add(await RunAsync(Many, Readers(Many), ports.ConnectionString(pair[1])));
            }

        string Readers(int count) => Path.Combine(folder.FullName, $"readers-{count}");

        folder.Delete(recursive: true);
        var memory = Median(many).PeakBytes / (double)Median(few).PeakBytes;
        Print(few);
        Print(many);
        var at = Median(many);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
              bounds for the many: {at.Thousands * MostTransactions + at.Ranges:N0} transactions, {at.Thousands + at.Ranges:N0} SendGrid calls
            """));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  peak memory, medians: {memory:0.00} times, at most {MostMemory}"));
        return many.All(IsFine) && memory <= MostMemory ? 0 : 1;
    }

    private static ScaleResult Median(List<ScaleResult> results) => results.OrderBy(result => result.PeakBytes).ElementAt(results.Count / 2);

    private static bool IsFine(ScaleResult result) =>
        result.Recipients == result.Subscribers && result.MostMailsToOne == 1
        && result.Transactions <= result.Thousands * MostTransactions + result.Ranges && result.SendGridCalls <= result.Thousands + result.Ranges;

    private static async Task<ScaleResult> RunAsync(int subscribers, string readers, string connectionString)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ScaleBenchmark).Assembly.Location, ScaleRun.Argument, $"{subscribers}", readers, connectionString])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var last = "";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            last = line;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<ScaleResult>(last)! : throw new InvalidOperationException($"The run with {subscribers} ended with {process.ExitCode}.");
    }

    private static void Print(List<ScaleResult> results)
    {
        var result = Median(results);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {result.Subscribers:N0} subscribers in {result.Ranges:N0} ranges: {result.Recipients:N0} got the issue, nobody more than {result.MostMailsToOne} time
              {result.Transactions:N0} storage transactions, {result.Transactions / (double)result.Thousands:0.00} a thousand recipients ({string.Join(", ", result.ByPlace.Select(place => $"{place.Value:N0} {place.Key}"))})
              {result.SendGridCalls:N0} SendGrid calls
              {string.Join(", ", results.Select(one => $"{one.PeakBytes / 1024 / 1024:N0} MiB"))} at the peak; {result.Seconds:0} s
            """));
    }
}
