using System.Globalization;
using Pipeline.Benchmarks.ColdStart;
using Pipeline.Benchmarks.Cost;
using Pipeline.Benchmarks.Pages;
using Pipeline.Benchmarks.Scale;
using Pipeline.Benchmarks.Start;
using Pipeline.Benchmarks.Worker;

// Each benchmark compares what it measures with something measured in the same run, and ends with 1 where a bound is missed.
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

    // What the benchmarks start as processes of their own.
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
              start      how long the app takes to its first page
              coldstart  how long the published app takes to its first answer, against an empty worker; names of folders: other builds of it
              scale      what an issue to a million subscribers costs, against one to ten thousand
              pages      how long a page of a large topic takes, against a static file
              worker     what a page costs the worker, against the same with its result serialized for the host
              cost       what Azure and SendGrid bill, as tables for docs/cost.md
            """);
        return 2;
}
