using System.Text.Json;

namespace Pipeline.Mail.Events;

public sealed record SendGridEventBatch(IReadOnlyList<SendGridEvent> Events, int Unreadable)
{
    // Safe with Utf8JsonReader: the time to skip depends on the length only. With JsonDocument it grows with the square of the depth.
    private static readonly JsonReaderOptions UnlimitedDepth = new() { MaxDepth = int.MaxValue };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Null if the body is not a JSON array.</summary>
    public static SendGridEventBatch? Read(ReadOnlySpan<byte> body)
    {
        List<SendGridEvent> events = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        var unreadable = 0;
        try
        {
            var reader = new Utf8JsonReader(body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body, UnlimitedDepth);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (SendGridEvent.Read(ref reader) is not { } read)
                    unreadable++;
                else if (string.IsNullOrEmpty(read.Id) || ids.Add(read.Id))
                    events.Add(read);
            }

            // Throws if the body continues after the array.
            reader.Read();
            return new SendGridEventBatch(events, unreadable);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
