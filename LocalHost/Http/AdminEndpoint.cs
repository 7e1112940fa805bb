using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Functions.Http;
using Pipeline.LocalHost.Triggers;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// POST /admin/functions/{name} runs a timer or queue function at once. As in the Functions host, the response (202) does not wait
/// for the function. The body is {"input": "…"}: the message for a queue function; a timer ignores it.
/// </summary>
internal static class AdminEndpoint
{
    // A queue message has at most 64 KiB, and JSON can write a byte as \\u0000.
    private const int MaxBodyBytes = 512 * 1024;

    public static void Map(IEndpointRouteBuilder endpoints, IReadOnlyList<WorkerFunction> functions, TriggerInvoker invoker) =>
        endpoints.MapPost("/admin/functions/{name}", async (string name, HttpRequest request, BodyMemory memory, TimeProvider time) =>
        {
            if (functions.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
                return Results.NotFound();
            if (function.IsHttp)
                return BadRequest($"{function.Name} is an HTTP function. Call its own address instead.");

            await using var limited = new LimitedBodyStream(request, memory, time);
            using var reader = new StreamReader(limited);
            try
            {
                var body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
                var input = "";
                if (body.Length > 0 && JsonElement.Parse(body).TryGetProperty("input", out var given))
                    input = given.ToString();
                invoker.Start(function, input);
                return Results.StatusCode(StatusCodes.Status202Accepted);
            }
            catch (BadHttpRequestException refused)
            {
                return Results.Text(refused.Message, statusCode: refused.StatusCode);
            }
            catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
            {
                return BadRequest("The body is not understood. Send JSON: {\"input\": \"…\"}");
            }
        }).WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));

    private static IResult BadRequest(string sentence) => Results.Text(sentence, statusCode: StatusCodes.Status400BadRequest);
}
