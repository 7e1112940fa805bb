using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;
using Xunit;

namespace Pipeline.Tests.Fuzzing;

/// <summary>Runs random cases. Settings: PIPELINE_FUZZ, the number of cases of all tests together, and PIPELINE_FUZZ_SEED.</summary>
/// <remarks>A case depends on the seed and its number alone, so a failure names the case that repeats it.</remarks>
internal static class FuzzRun
{
    private const int MaxProblems = 20;
    private const int MaxShownCharacters = 1_500;

    // More than caches and thread pools take, and less than 10,000 bodies that are not freed.
    private const long MaxGrowth = 96 * 1024 * 1024;

    private static readonly int Cases = Setting("PIPELINE_FUZZ", 10_000);
    private static readonly int Seed = Setting("PIPELINE_FUZZ_SEED", 2026);

    public static PCG Random(int number) => new((uint)number, (ulong)Seed * 1_000_003);

    public static T Next<T>(this Gen<T> gen, PCG random) => gen.Generate(random, null, out _);

    public static bool OneIn(this PCG random, uint count) => random.Next() % count == 0;

    /// <summary>Runs the cases and fails with all problems. Also fails if the memory in use grows by more than 96 MiB.</summary>
    /// <param name="percent">The share of all cases.</param>
    /// <param name="run">Returns a problem, or null. An exception is a problem.</param>
    /// <param name="shown">The case for the message of a failure.</param>
    public static async Task RunAsync<T>(int percent, int parallelism, Gen<T> gen, Func<T, PCG, Task<string?>> run, Func<T, string> shown)
    {
        var count = (int)((long)Cases * percent / 100);
        var problems = new ConcurrentQueue<string>();
        // The first cases fill caches.
        await RunPartAsync(0, count / 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await RunPartAsync(count / 10, count);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} cases with seed {Seed}; memory {before / 1024 / 1024} MiB, then {growth / 1024 / 1024} MiB more.");
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
        Assert.True(growth < MaxGrowth, $"The memory in use grew by {growth / 1024 / 1024} MiB.");

        Task RunPartAsync(int from, int to) => Parallel.ForAsync(
            from, to, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = Cancellation },
            async (number, _) =>
            {
                if (problems.Count >= MaxProblems)
                    return;
                var random = Random(number);
                var item = gen.Next(random);
                try
                {
                    if (await run(item, random) is { } problem)
                        problems.Enqueue($"Case {number} of seed {Seed}: {problem}\n{Cut(shown(item))}");
                }
                catch (Exception fault)
                {
                    problems.Enqueue($"Case {number} of seed {Seed}: {fault}\n{Cut(shown(item))}");
                }
            });
    }

    private static string Cut(string text) => text.Length <= MaxShownCharacters ? text : text[..MaxShownCharacters];

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
