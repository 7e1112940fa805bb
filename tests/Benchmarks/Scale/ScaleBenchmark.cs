using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.Scale;

/// <summary>Sends one issue to ten thousand subscribers and one to a million, in turns, each from a new process, on one Azurite.</summary>
/// <remarks>The transactions for a thousand recipients and the memory must not grow.</remarks>
internal static class ScaleBenchmark
{
    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Rounds = 3;
    private const double MaxMemoryRatio = 1.3;
    private const int MaxTransactions = 6;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-scale-");
        StorageAccount[] accounts = [.. Enumerable.Range(1, 2 * Rounds).Select(number => new StorageAccount($"run{number}", "a2V5"))];
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        List<ScaleResult> few = [], many = [];
        foreach (var count in (int[])[Few, Many])
            ReaderFile.Write(FileOf(count), count);
        await using (await AzuriteServer.StartAsync(ports, folder.FullName, accounts))
            foreach (var pair in accounts.Chunk(2))
            {
                few.Add(await RunAsync(Few, FileOf(Few), ports.ConnectionString(pair[0])));
                many.Add(await RunAsync(Many, FileOf(Many), ports.ConnectionString(pair[1])));
            }

        string FileOf(int count) => Path.Combine(folder.FullName, $"readers-{count}");

        folder.Delete(recursive: true);
        var memory = MedianOf(many).PeakBytes / (double)MedianOf(few).PeakBytes;
        Print(few);
        Print(many);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
              bounds for {Many:N0}: {TransactionBound(MedianOf(many)):N0} transactions, {CallBound(MedianOf(many)):N0} SendGrid calls
              peak memory, medians: {memory:0.00} times, at most {MaxMemoryRatio}
            """));
        return many.All(IsFine) && memory <= MaxMemoryRatio ? 0 : 1;
    }

    private static ScaleResult MedianOf(List<ScaleResult> results) => Median.Of(results, result => result.PeakBytes);

    private static bool IsFine(ScaleResult result) =>
        result.Recipients == result.Subscribers && result.MaxMailsToOne == 1
        && result.Transactions <= TransactionBound(result) && result.SendGridCalls <= CallBound(result);

    private static int TransactionBound(ScaleResult result) => result.Thousands * MaxTransactions + result.Ranges;

    private static int CallBound(ScaleResult result) => result.Thousands + result.Ranges;

    private static async Task<ScaleResult> RunAsync(int subscribers, string readers, string connectionString)
    {
        string[] arguments =
            [typeof(ScaleBenchmark).Assembly.Location, ScaleRun.Argument, $"{subscribers}", readers, connectionString];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var last = "";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            last = line;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The run with {subscribers} subscribers ended with {process.ExitCode}.");
        return JsonSerializer.Deserialize<ScaleResult>(last)!;
    }

    private static void Print(List<ScaleResult> results)
    {
        var result = MedianOf(results);
        var perThousand = result.Transactions / (double)result.Thousands;
        var counts = string.Join(", ", result.ByResource.Select(each => $"{each.Value:N0} {each.Key}"));
        var memory = string.Join(", ", results.Select(each => $"{each.PeakBytes / 1024 / 1024:N0} MiB"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {result.Subscribers:N0} subscribers in {result.Ranges:N0} ranges
              {result.Recipients:N0} got the issue, at most {result.MaxMailsToOne} mail each
              {result.Transactions:N0} storage transactions, {perThousand:0.00} a thousand recipients ({counts})
              {result.SendGridCalls:N0} SendGrid calls
              {memory} at the peak; {result.Seconds:0} s
            """));
    }
}
