using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.LocalHost.Triggers;
using Pipeline.LocalHost.Worker;

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

            try
            {
                invocations.Start(function, await InputAsync(request));
                return Results.StatusCode(StatusCodes.Status202Accepted);
            }
            catch (JsonException)
            {
                return Results.Text("The body is JSON: {\"input\": \"…\"}.", statusCode: StatusCodes.Status400BadRequest);
            }
        });

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
}
