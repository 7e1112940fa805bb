using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.SampleApp;

/// <summary>Each function with a queue or timer trigger sends a message to the queue "seen".</summary>
public sealed class SampleFunctions
{
    private static readonly QueueClient Seen = Signals("seen");

    [Function("Throw")]
    public static IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "throw")] HttpRequest request) =>
        throw new InvalidOperationException($"Broken on purpose: {request.Path}");

    // The Functions host takes the first function by name. ASP.NET would prefer the route with the literal.
    [Function("AnyThing")]
    public static IResult AnyThing(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{name}")] HttpRequest request, string name) =>
        Results.Text($"{request.Method} {name}");

    [Function("ThisThing")]
    public static IResult ThisThing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/this")] HttpRequest request) =>
        Results.Text($"{request.Method} literal");

    [Function("NoRoute")]
    public static IResult NoRoute([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text(request.Method);

    [Function("Setting")]
    public static Task Setting([QueueTrigger("%SampleQueue%", Connection = "SampleStorage")] string message) =>
        ReportAsync($"setting {message}");

    [Function("Failing")]
    public static async Task Failing([QueueTrigger("failing")] string message)
    {
        await ReportAsync($"failing {message}");
        throw new InvalidOperationException($"Broken on purpose: {message}");
    }

    [Function("Poisoned")]
    public static Task Poisoned([QueueTrigger("failing-poison")] string message) => ReportAsync($"poisoned {message}");

    [Function("Slow")]
    public static async Task Slow([QueueTrigger("slow")] string message, CancellationToken cancellationToken)
    {
        await ReportAsync($"begun {message}");
        while (!await Signals("go-on").ExistsAsync(cancellationToken))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        await ReportAsync($"ended {message}");
    }

    [Function("Timer")]
    public static Task Timer([TimerTrigger("%SampleSchedule%")] TimerInfo timer) =>
        ReportAsync(timer.IsPastDue ? "timer, past due" : "timer");

    /// <summary>Waits as Slow does if the queue "slow-timer" exists.</summary>
    [Function("SlowTimer")]
    public static async Task SlowTimer([TimerTrigger("* * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (await Signals("slow-timer").ExistsAsync(cancellationToken))
            await Slow("timer", cancellationToken);
    }

    // In an account of its own, so that a test can stop that of the triggers.
    private static QueueClient Signals(string queue) => new(Environment.GetEnvironmentVariable("SampleSignals"), queue);

    private static async Task ReportAsync(string message)
    {
        await Seen.CreateIfNotExistsAsync();
        await Seen.SendMessageAsync(message);
    }
}
