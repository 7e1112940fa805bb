using Microsoft.AspNetCore.Http;

namespace Pipeline.Functions;

/// <summary>A request's body byte for byte, as a signature covers it.</summary>
public static class RawBody
{
    /// <summary>Reads the body, or says with what to refuse it: 413 for too much, 400 and the like for what does not arrive whole.</summary>
    public static async Task<(ReadOnlyMemory<byte> Body, IResult? Refusal)> ReadAsync(
        HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var tooMuch = Problems.Of(StatusCodes.Status413PayloadTooLarge, $"The body must be {maxBytes / 1024} KiB or less.");
        if (request.ContentLength > maxBytes)
            return (default, tooMuch);

        // Grows with what arrives, whatever was announced.
        using var body = new MemoryStream();
        var chunk = new byte[64 * 1024];
        try
        {
            for (int read; (read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                if (body.Length + read > maxBytes)
                    return (default, tooMuch);
                body.Write(chunk, 0, read);
            }
        }
        catch (IOException broken)
        {
            var status = (broken as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            return (default, Problems.Of(status, "The body did not arrive whole."));
        }

        return (body.GetBuffer().AsMemory(0, (int)body.Length), null);
    }
}
