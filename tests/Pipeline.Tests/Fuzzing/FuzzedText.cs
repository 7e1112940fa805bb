using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace Pipeline.Tests.Fuzzing;

/// <summary>Random texts and JSON, with everything that a reader of them may not expect.</summary>
internal static class FuzzedText
{
    private static readonly string[] Awkward =
    [
        "", " ", "\t", "\0", "\ud800", "x\udc00", "\ufeff", "\u202e", "\ufffd", "\uffff", "\u200b", "null", "true", "0", "-1", "1e999",
        "NaN", "2147483648", new string('9', 400), "../..", "'", "\"", "\\", "<script>", "{0}", "{99999999999}", "%00", "%ff%fe",
        "a\r\n.\r\nb", "e" + new string('\u0301', 100), "\U0001f600", "\u0130", "\u1e9e", "\ufdfa", "2026-13-45", "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "1600-02-29T12:00:00Z", "2026-11-24T10:30:00Z", "2026-11-23",
        "2026-11-23T140509", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "00-0-0-00", "Confirmed", "Published", "Declined",
        "Pending", "Sending", "Held", "Closed", "Claimed", "Waiting", "Unknown", "Sent", "resend", "yes", "fr", "fr-CA", "zz",
        "reader@example.org", "a@b@c", "\u00e9@example.org", ".@example.org", "xn--a.xn--", "http://[::1]", "https://example.org/a?b#c",
        "https://xn--", "http://\u2024/", "//x", "C7SR-GYSP-3BS6-Z", "7KQ2-9XHT-4MPC-V", "CR", "CR GT", "Costa Rica", PipelineApp.Topic,
        PipelineApp.Topic.ToUpperInvariant() + "\u200b", "health", "practice-submissions", "outgoing-mail", "digest-deliveries", "~",
        new('0', 32), new('f', 32), "H4sIAAAAAAAA/0tMSgYAwkEkNQMAAAA=",
    ];

    /// <summary>All characters, halves of surrogate pairs too.</summary>
    private static readonly Gen<string> Characters = Gen.OneOf<char>(
        Gen.Char[' ', '~'], Gen.Char['\0', '\u00ff'], Gen.Char['\u0300', '\u06ff'], Gen.Char['\u2000', '\u206f'],
        Gen.Char['\ud800', '\udfff'], Gen.Char['\0', '\uffff']).Array[0, 40].Select(characters => new string(characters));

    public static readonly Gen<string> Short = Gen.Frequency(
        (6, (IGen<string>)Gen.OneOf(Awkward)), (2, Characters),
        (1, Gen.Select(Gen.OneOf(Awkward), Characters, (first, second) => first + second)));

    public static readonly Gen<string> Any = Gen.Frequency(
        (30, (IGen<string>)Short),
        (1, Gen.Select(Short, Gen.Int[1, 4_000], (text, times) => Repeated(text, Math.Min(times, 70_000 / (text.Length + 1))))));

    private static readonly string[] OtherValues =
    [
        "null", "true", "false", "0", "1", "-1", "2147483647", "-2147483648", "1e400", "-0.0", "9".PadLeft(30, '9'), "[]", "{}", "NaN", "",
        "\"\\ud800\"", "\"\\u0000\"", "\"\\x\"", "'a'", new string('[', 200), new string('[', 60_000),
        Repeated("{\"a\":", 20_000),
        "/**/1", "\"2026-11-24T10:30:00Z\"", "\"0001-01-01T00:00:00Z\"",
    ];

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, self) => depth > 3
        ? Any.Select(Quoted)
        : Gen.Frequency<string>(
            (6, Any.Select(Quoted)), (4, Gen.OneOf(OtherValues)),
            (1, self.Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
            (1, Gen.Select(Any, self, (name, value) => $"{{{Quoted(name)}:{value}}}"))));

    /// <summary>JSON, most often an object of these fields.</summary>
    /// <param name="fields">A correct value of each, as JSON.</param>
    public static Gen<string> Objects(IReadOnlyDictionary<string, string> fields)
    {
        var names = fields.Keys.Concat(fields.Keys.Select(name => name.ToUpperInvariant())).Append("__proto__").ToArray();
        var changes = Gen.Select(Gen.OneOf(names), Gen.OneOf(Json, Any.Select(Quoted))).Array[0, 5];
        return Gen.Frequency<string>(
            (12, Gen.Select(changes, Gen.Int[0, 3], (changed, how) =>
            {
                var members = fields.Where(field => how > 0 || changed.All(change => change.Item1 != field.Key))
                    .Select(field => (Name: field.Key, field.Value)).ToList();
                foreach (var (name, value) in changed)
                    // A member that occurs twice, or another value.
                    if (how == 1 || members.FindIndex(member => member.Name == name) is not (>= 0 and var at))
                        members.Add((name, value));
                    else
                        members[at] = (name, value);
                return $"{{{string.Join(',', members.Select(member => $"{Quoted(member.Name)}:{member.Value}"))}}}";
            })),
            (1, Json));
    }

    /// <summary>A JSON string that escapes a random part of the characters. Halves of surrogate pairs are always escaped.</summary>
    public static string Quoted(string text)
    {
        var escapesAll = text.Length % 3 == 0;
        var json = new StringBuilder("\"");
        foreach (var character in text)
            if (character is '"' or '\\' || character < ' ' || char.IsSurrogate(character) || escapesAll)
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                json.Append(character);
        return json.Append('"').ToString();
    }

    private static string Repeated(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    public static string Quoted(DateTimeOffset time) => JsonSerializer.Serialize(time);
}
