namespace Pipeline.Functions.Http;

/// <summary>A request's body byte for byte, as a signature covers it.</summary>
public static class RawBody
{
    /// <exception cref="BadHttpRequestException">413: more than the limit. 400 and others: the body did not arrive whole.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);

        // Grows with the data that arrives, not with the announced length.
        using var body = new MemoryStream();
        var chunk = new byte[64 * 1024];
        try
        {
            for (int read; (read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                if (body.Length + read > maxBytes)
                    throw TooLarge(maxBytes);
                body.Write(chunk, 0, read);
            }
        }
        catch (IOException broken) when (broken is not BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            throw new BadHttpRequestException(
                "The body did not arrive whole.", (broken as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest,
                broken);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static BadHttpRequestException TooLarge(int maxBytes) =>
        new($"The body must be {maxBytes / 1024} KiB or less.", StatusCodes.Status413PayloadTooLarge);
}
