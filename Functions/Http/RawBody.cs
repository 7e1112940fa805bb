namespace Pipeline.Functions.Http;

/// <summary>A request's body byte for byte, as a signature covers it.</summary>
public static class RawBody
{
    /// <exception cref="BadHttpRequestException">413: more than the limit. 400 and others: the body did not arrive whole.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken) =>
        Join(await ReadBlocksAsync(request, maxBytes, _ => { }, cancellationToken));

    /// <summary>Reads the body in blocks. They are small, so that many large bodies need no large pieces of memory.</summary>
    /// <param name="arrived">Gets the bytes in their order, as they arrive.</param>
    /// <exception cref="BadHttpRequestException">413: more than the limit. 400 and others: the body did not arrive whole.</exception>
    public static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadBlocksAsync(
        HttpRequest request, int maxBytes, Action<ReadOnlyMemory<byte>> arrived, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);

        List<ReadOnlyMemory<byte>> blocks = [];
        var (block, filled, length) = (new byte[BodyMemory.BlockBytes], 0, 0L);
        try
        {
            for (int read; (read = await request.Body.ReadAsync(block.AsMemory(filled), cancellationToken)) > 0;)
            {
                if ((length += read) > maxBytes)
                    throw TooLarge(maxBytes);
                arrived(block.AsMemory(filled, read));
                if ((filled += read) < block.Length)
                    continue;
                blocks.Add(block);
                (block, filled) = (new byte[BodyMemory.BlockBytes], 0);
            }
        }
        catch (IOException broken) when (broken is not BadHttpRequestException { StatusCode: not StatusCodes.Status400BadRequest })
        {
            throw new BadHttpRequestException("The body did not arrive whole.", StatusCodes.Status400BadRequest, broken);
        }

        return [.. blocks, block.AsMemory(0, filled)];
    }

    public static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        if (blocks is [var only])
            return only;

        var whole = new byte[blocks.Sum(block => block.Length)];
        var start = 0;
        foreach (var block in blocks)
        {
            block.CopyTo(whole.AsMemory(start));
            start += block.Length;
        }

        return whole;
    }

    private static BadHttpRequestException TooLarge(int maxBytes) =>
        new($"The body must be {maxBytes / 1024} KiB or less.", StatusCodes.Status413PayloadTooLarge);
}
