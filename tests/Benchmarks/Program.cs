using System.Globalization;
using Pipeline.Benchmarks.ColdStart;
using Pipeline.Benchmarks.Cost;
using Pipeline.Benchmarks.Pages;
using Pipeline.Benchmarks.Scale;
using Pipeline.Benchmarks.Start;
using Pipeline.Benchmarks.Worker;

// A benchmark compares two measurements of the same run. The exit code is 1 if a bound is missed.
switch (args)
{
    case ["start"]:
        return await StartBenchmark.RunAsync();
    case ["scale"]:
        return await ScaleBenchmark.RunAsync();
    case ["pages"]:
        return await PagesBenchmark.RunAsync();
    case ["worker"]:
        return await WorkerBenchmark.RunAsync();
    case ["coldstart", .. var folders]:
        return await ColdStartBenchmark.RunAsync(folders);
    case ["cost"]:
        return await CostBenchmark.RunAsync();

    // Processes that the benchmarks start.
    case [SerializingWorker.Argument]:
        await SerializingWorker.RunAsync();
        return 0;
    case [EmptyApp.Argument, var port]:
        await EmptyApp.RunAsync(port);
        return 0;
    case [ScaleRun.Argument, var subscribers, var readers, var connectionString]:
        return await ScaleRun.RunAsync(int.Parse(subscribers, CultureInfo.InvariantCulture), readers, connectionString);

    default:
        Console.Error.WriteLine("""
            dotnet run --project tests/Benchmarks -- <benchmark>
              start      time of the app to its first page
              coldstart  time of the published app to its first answer, compared with an empty worker; arguments: folders with other builds
              scale      transactions and memory for an issue to a million subscribers, compared with one to ten thousand
              pages      time of a page of a large topic, compared with a static file
              worker     processor time of the worker for a page, compared with a worker that serializes the result for the host
              cost       the bills of Azure and SendGrid, as tables for docs/cost.md
            """);
        return 2;
}
