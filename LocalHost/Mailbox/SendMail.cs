using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.LocalHost.Mailbox;

/// <summary><c>POST /v3/mail/send</c>, answered as SendGrid answers it.</summary>
internal sealed partial class SendMail(Mailbox mailbox)
{
    public async Task<IResult> Receive(HttpContext context)
    {
        if (!HasKey(context.Request))
            return Refuse(StatusCodes.Status401Unauthorized,
                Refusal.OfAll("The provided authorization grant is invalid, expired, or revoked"));
        if (!IsJson(context.Request))
            return Refuse(StatusCodes.Status415UnsupportedMediaType, Refusal.OfAll("Content-Type should be application/json."));

        SendRequest? request;
        try
        {
            // Read as it arrives: a request of many megabytes is never held as one piece of text.
            request = await JsonSerializer.DeserializeAsync(
                context.Request.BodyReader, SendGridJson.Default.SendRequest, context.RequestAborted);
        }
        catch (BadHttpRequestException fault)
        {
            return Refuse(fault.StatusCode, Refusal.OfAll(
                fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? "content too large" : "Bad Request"));
        }
        catch (JsonException fault)
        {
            return fault.GetBaseException() is DecoderFallbackException
                ? Refuse(StatusCodes.Status415UnsupportedMediaType, Refusal.OfAll("Invalid UTF8 in request"))
                : Refuse(StatusCodes.Status400BadRequest, Unreadable(fault));
        }

        if (request is null)
            return Refuse(StatusCodes.Status400BadRequest, Refusal.OfAll("The body must be a JSON object."));
        var refusals = SendGridLimits.Check(request).ToArray();
        if (refusals.Length > 0)
            return Refuse(StatusCodes.Status400BadRequest, refusals);

        // 22 characters of base64url, as SendGrid's are; its events carry a sg_message_id that begins with them.
        var messageId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        mailbox.Receive(request, messageId);
        context.Response.Headers["X-Message-Id"] = messageId;
        return TypedResults.StatusCode(StatusCodes.Status202Accepted);
    }

    // Any key will do: there is no account here, but a client that forgets its key must learn of it before SendGrid tells.
    private static bool HasKey(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase)
        && !string.IsNullOrWhiteSpace(header.Parameter);

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    private static Refusal Unreadable(JsonException fault)
    {
        // The serializer's path, as $.personalizations[3].headers['X-A'], in the way SendGrid names a field.
        var field = Position().Replace(fault.Path ?? "$", ".$1").TrimStart('$').TrimStart('.');
        return field is ""
            ? Refusal.OfAll("The body is not valid JSON.")
            : Refusal.Of(field, "The value is not valid JSON or has the wrong type.");
    }

    private static JsonHttpResult<Refusals> Refuse(int status, params Refusal[] refusals) =>
        TypedResults.Json(new Refusals(refusals), MailboxJson.Plain.Refusals, statusCode: status);

    [GeneratedRegex(@"\['?(.*?)'?\]")]
    private static partial Regex Position();
}
