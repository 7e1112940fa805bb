using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Functions.Http;

namespace Pipeline.LocalHost.Mailbox;

/// <summary><c>POST /v3/mail/send</c>, with the responses of SendGrid.</summary>
internal sealed partial class MailSendEndpoint(MailboxStore mailbox, BodyMemory memory, TimeProvider time)
{
    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (!HasKey(context.Request))
            return Refuse(StatusCodes.Status401Unauthorized,
                RequestError.OfRequest("The provided authorization grant is invalid, expired, or revoked"));
        if (!IsJson(context.Request))
            return Refuse(StatusCodes.Status415UnsupportedMediaType, RequestError.OfRequest("Content-Type should be application/json."));

        await using var body = new LimitedBodyStream(context.Request, memory, time);
        context.Request.Body = body;
        SendRequest? request;
        try
        {
            // Parsed from the stream, because a request may have many megabytes.
            request = await JsonSerializer.DeserializeAsync(
                context.Request.BodyReader, SendGridJson.Default.SendRequest, context.RequestAborted);
        }
        catch (BadHttpRequestException fault)
        {
            return Refuse(fault.StatusCode, RequestError.OfRequest(
                fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? "content too large" : "Bad Request"));
        }
        catch (JsonException fault)
        {
            return fault.GetBaseException() is DecoderFallbackException
                ? Refuse(StatusCodes.Status415UnsupportedMediaType, RequestError.OfRequest("Invalid UTF8 in request"))
                : Refuse(StatusCodes.Status400BadRequest, Unreadable(fault));
        }

        if (request is null)
            return Refuse(StatusCodes.Status400BadRequest, RequestError.OfRequest("The body must be a JSON object."));
        var errors = SendGridLimits.Check(request).ToArray();
        if (errors.Length > 0)
            return Refuse(StatusCodes.Status400BadRequest, errors);

        // 22 characters of base64url, as in SendGrid. The sg_message_id of its events begins with them.
        var messageId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        mailbox.Add(request, messageId);
        context.Response.Headers["X-Message-Id"] = messageId;
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    // Accepts every key, but refuses a request without one, as SendGrid would.
    private static bool HasKey(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase)
        && !string.IsNullOrWhiteSpace(header.Parameter);

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    private static RequestError Unreadable(JsonException fault)
    {
        // From $.personalizations[3].headers['X-A'] to personalizations.3.headers.X-A, the form of SendGrid.
        var field = Position().Replace(fault.Path ?? "$", ".$1").TrimStart('$').TrimStart('.');
        return field is ""
            ? RequestError.OfRequest("The body is not valid JSON.")
            : RequestError.OfField(field, "The value is not valid JSON or has the wrong type.");
    }

    private static JsonHttpResult<ErrorResponse> Refuse(int status, params RequestError[] errors) =>
        TypedResults.Json(new ErrorResponse(errors), MailboxJson.Plain.ErrorResponse, statusCode: status);

    [GeneratedRegex(@"\['?(.*?)'?\]")]
    private static partial Regex Position();
}
