using System.Text.Json;
using Pipeline.LocalHost.Triggers;

namespace Pipeline.LocalHost.Http;

/// <summary>
/// POST /admin/functions/{name} runs a timer or queue function at once. As in the Functions host the answer (202) does not wait
/// for the function, and the body is {"input": "…"}: a message for a queue function, without meaning for a timer.
/// </summary>
internal static class AdminEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints, IReadOnlyList<WorkerFunction> functions, TriggerInvocations invocations) =>
        endpoints.MapPost("/admin/functions/{name}", async (string name, HttpRequest request) =>
        {
            if (functions.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
                return Results.NotFound();
            if (function.IsHttp)
                return Results.Text($"{function.Name} is an HTTP function: call its own address.", statusCode: StatusCodes.Status400BadRequest);

            using var reader = new StreamReader(request.Body);
            var body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
            try
            {
                invocations.Start(function, body.Length > 0 && JsonElement.Parse(body).TryGetProperty("input", out var input) ? input.ToString() : "");
                return Results.StatusCode(StatusCodes.Status202Accepted);
            }
            catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
            {
                return Results.Text("The body is JSON: {\"input\": \"…\"}.", statusCode: StatusCodes.Status400BadRequest);
            }
        });
}
