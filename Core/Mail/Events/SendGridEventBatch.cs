using System.Text.Json;

namespace Pipeline.Mail.Events;

/// <summary>The events of one post, each once.</summary>
/// <param name="Unreadable">How many things in it were no events.</param>
public sealed record SendGridEventBatch(IReadOnlyList<SendGridEvent> Events, int Unreadable)
{
    // An event that is nested deeply takes no longer to skip than any other of its length (unlike with JsonDocument, where its square counts).
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>Null where the body is no JSON array.</summary>
    public static SendGridEventBatch? Read(ReadOnlySpan<byte> body)
    {
        List<SendGridEvent> events = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        var unreadable = 0;
        try
        {
            var reader = new Utf8JsonReader(body, AnyDepth);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (SendGridEvent.Read(ref reader) is not { } read)
                    unreadable++;
                else if (read.Id is null || ids.Add(read.Id))
                    events.Add(read);
            }

            // Throws where something comes after the array.
            reader.Read();
            return new SendGridEventBatch(events, unreadable);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
