using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// POST /admin/functions/{name} runs a timer or queue function at once. As in the Functions host the answer does not wait
/// for the function, and the body is {"input": "…"}: a message for a queue function, without meaning for a timer.
/// </summary>
internal sealed partial class AdminEndpoint(FunctionRunner runner, ILogger<AdminEndpoint> logger)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Ends when what was started this way has ended.</summary>
    public Task Ended => Task.WhenAll(_running.Keys);

    public void Map(IEndpointRouteBuilder endpoints, FunctionCatalogue functions, TimerMonitor monitor, CancellationToken abandon) =>
        endpoints.MapPost("/admin/functions/{name}", async (string name, HttpRequest request) =>
        {
            if (!functions.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
                return Results.NotFound();

            string input;
            try
            {
                input = await InputAsync(request);
            }
            catch (JsonException)
            {
                return Results.Text("The body is JSON: {\"input\": \"…\"}.", statusCode: StatusCodes.Status400BadRequest);
            }

            if (functions.Timers.Find(each => Is(each.Name)) is { } timer)
                Start(timer.Function, async () => new TimerInfo { ScheduleStatus = timer.UseMonitor ? await monitor.ReadAsync(timer.Name, abandon) : null });
            else if (functions.Queues.Find(each => Is(each.Name)) is { } queue)
                Start(queue.Function, () => Task.FromResult(queue.Argument(BinaryData.FromString(input))));
            else
                return Results.Text($"{name} is an HTTP function: call its own address.", statusCode: StatusCodes.Status400BadRequest);
            return Results.StatusCode(StatusCodes.Status202Accepted);

            bool Is(string other) => other.Equals(name, StringComparison.OrdinalIgnoreCase);

            void Start<T>(Function function, Func<Task<T>> trigger)
            {
                var run = Task.Run(() => RunAsync(function, trigger, abandon), CancellationToken.None);
                _running[run] = true;
                run.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
            }
        });

    private async Task RunAsync<T>(Function function, Func<Task<T>> trigger, CancellationToken abandon)
    {
        try
        {
            await runner.RunAsync(function, await trigger(), abandon);
            LogRan(function.Name);
        }
#pragma warning disable CA1031 // The caller has got an answer already; the log is where a failure can still be seen.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, function.Name);
        }
    }

    private static async Task<string> InputAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        if (body.Length == 0)
            return "";
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("input", out var input)
            ? input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText()
            : "";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Function {Function} ran because somebody asked for it.")]
    private partial void LogRan(string function);

    [LoggerMessage(Level = LogLevel.Error, Message = "Function {Function}, which somebody asked for, failed.")]
    private partial void LogFailed(Exception exception, string function);
}
