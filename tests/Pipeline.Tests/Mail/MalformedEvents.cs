using System.Text;

namespace Pipeline.Tests.Mail;

/// <summary>Random bodies of the Event Webhook, most of them malformed.</summary>
public static class MalformedEvents
{
    private static readonly string[] Names =
    [
        "event", "email", "timestamp", "sg_event_id", "type", "reason", "issue", "delivery", "call", "category", "pool", "x", "",
        "\\ud800", "\\u0065vent", "__proto__",
    ];

    private static readonly string[] Kinds =
    [
        "processed", "delivered", "bounce", "dropped", "deferred", "spamreport", "unsubscribe", "group_unsubscribe", "open", "?",
    ];

    public static byte[] Body(Random random, DateTimeOffset now)
    {
        var text = new StringBuilder("[");
        for (var (i, count) = (0, random.Next(0, 6)); i < count; i++)
            text.Append(i > 0 ? "," : "").Append(random.Next(4) == 0 ? Value(random, 0) : Event(random, now));
        var body = Encoding.UTF8.GetBytes(text.Append(']').ToString());
        return random.Next(12) switch
        {
            0 => body[..random.Next(body.Length)],
            1 => [.. body, .. body],
            2 => [0xef, 0xbb, 0xbf, .. body],
            3 => Damaged(random, body),
            4 => Encoding.UTF8.GetBytes(Value(random, 0)),
            _ => body,
        };
    }

    private static string Event(Random random, DateTimeOffset now)
    {
        List<string> fields =
        [
            $"\"event\":\"{Kinds[random.Next(Kinds.Length)]}\"",
            $"\"email\":\"nobody{random.Next(100)}@example.org\"",
            $"\"timestamp\":{now.ToUnixTimeSeconds() - random.Next(-5_000, 5_000)}",
            $"\"type\":\"{(random.Next(2) == 0 ? "bounce" : "blocked")}\"",
            $"\"sg_event_id\":\"{random.Next(50)}\"",
            $"\"issue\":\"{PipelineApp.Topic}/2026-11-23\"",
        ];
        for (var i = random.Next(4); i > 0; i--)
            fields.Insert(random.Next(fields.Count + 1), $"\"{Names[random.Next(Names.Length)]}\":{Value(random, 0)}");
        if (random.Next(3) == 0)
            fields.RemoveAt(random.Next(fields.Count));
        return $"{{{string.Join(',', fields)}}}";
    }

    private static string Value(Random random, int depth) => random.Next(depth > 3 ? 12 : 15) switch
    {
        0 => "null",
        1 => "true",
        2 => $"{random.NextInt64()}{random.NextInt64()}",
        3 => "-1e999",
        4 => "\"\\ud83d\"",
        5 => "\"\\u0000\\u001f\\\"\\\\\"",
        6 => $"\"{new string('x', random.Next(20_000))}\"",
        7 => $"\"{PipelineApp.Topic}/{"../#?'\\\\"[random.Next(7)..]}\"",
        8 => "\"nobody@example.org nobody@example.org, <nobody@example.org>\"",
        9 => new string('[', 500) + new string(']', 500),
        10 => "\"\u202e\u0627\ufdfd\U0001f600\"",
        11 => $"{random.Next(-5, 5)}",
        12 => $"[{Value(random, depth + 1)},{Value(random, depth + 1)}]",
        13 => $"{{\"event\":{Value(random, depth + 1)},\"{Names[random.Next(Names.Length)]}\":{Value(random, depth + 1)}}}",
        _ => $"\"{random.Next()}\"",
    };

    private static byte[] Damaged(Random random, byte[] body)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
            body[random.Next(body.Length)] = (byte)random.Next(256);
        return body;
    }
}
