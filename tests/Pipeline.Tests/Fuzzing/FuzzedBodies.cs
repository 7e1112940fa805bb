using System.Text;
using CsCheck;

namespace Pipeline.Tests.Fuzzing;

/// <summary>The body of a post, with its media type.</summary>
internal sealed record FuzzedBody(string Type, byte[] Bytes)
{
    public override string ToString() => $"{Type}: {Encoding.Latin1.GetString(Bytes)}";
}

/// <summary>Random bodies: JSON and forms, in all encodings, whole and damaged.</summary>
internal static class FuzzedBodies
{
    private static readonly (string Charset, Encoding Encoding)[] Encodings =
    [
        ("utf-8", new UTF8Encoding(false)), ("utf-8", new UTF8Encoding(true)), ("utf-16", new UnicodeEncoding(false, false)),
        ("utf-16", new UnicodeEncoding(false, true)), ("utf-16be", new UnicodeEncoding(true, true)),
        ("utf-32", new UTF32Encoding(false, true)),
        ("iso-8859-1", Encoding.Latin1), ("windows-1252", CodePagesEncodingProvider.Instance.GetEncoding(1252)!),
        ("windows-1256", CodePagesEncodingProvider.Instance.GetEncoding(1256)!),
        ("shift_jis", CodePagesEncodingProvider.Instance.GetEncoding(932)!),
        ("gb18030", CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!), ("us-ascii", Encoding.ASCII),
    ];

    private static readonly string[] OtherFields = ["_charset_", "step", "stamp", "remarks", "return", "List-Unsubscribe", ""];

    private static readonly string[] OtherTypes =
    [
        "", "text/plain", "application/json;", "application/json; charset=\"", "application/json; charset=zq",
        "application/json; charset=utf-7", "application/problem+json", "APPLICATION/JSON", "multipart/form-data",
        "multipart/form-data; boundary=\"\"", "multipart/mixed; boundary=b",
        "application/x-www-form-urlencoded; charset=utf-16", "application/xml", "a/b; c", "/",
    ];

    private static readonly Gen<string> Charset = Gen.Frequency<string>(
        (4, Gen.OneOf("", "")), (3, Gen.OneOf(Encodings.Select(each => each.Charset).ToArray())), (1, FuzzedText.Short));

    /// <param name="fields">Correct values.</param>
    public static Gen<FuzzedBody> Of(IReadOnlyDictionary<string, string> fields)
    {
        var json = FuzzedText.Objects(fields.ToDictionary(field => field.Key, field => FuzzedText.Quoted(field.Value)));
        var form = Changed(fields).SelectMany(changed => Gen.Frequency<(string Type, string Text)>(
            (3, Gen.Const(("application/x-www-form-urlencoded", UrlEncoded(changed)))),
            (2, Gen.Const(("multipart/form-data; boundary=b", Multipart(changed))))));
        var text = Gen.Frequency<(string Type, string Text)>((3, json.Select(each => ("application/json", each))), (3, form));
        var (declarations, kinds) = (Gen.Frequency((6, 0), (6, 1), (4, 2)), Gen.Frequency((12, 0), (3, 1), (1, 2)));
        return Gen.Select(text, declarations, Gen.OneOf(Encodings), Charset, kinds, (each, how, encoding, charset, kind) =>
            {
                byte[] bytes = how == 0
                    ? Encoding.UTF8.GetBytes(each.Text)
                    : [.. encoding.Encoding.GetPreamble(), .. encoding.Encoding.GetBytes(each.Text)];
                var declared = how switch { 0 => "", 1 => encoding.Charset, _ => charset };
                return (Type: declared.Length == 0 || kind == 1 ? each.Type : $"{each.Type}; charset={declared}", Bytes: bytes, Kind: kind);
            })
            .SelectMany(each => Gen.Select(
                Damaged(each.Bytes), Gen.OneOf(OtherTypes),
                (bytes, other) => new FuzzedBody(HeaderText(each.Kind == 2 ? other : each.Type), bytes)));
    }

    /// <summary>The same bytes, or cut, doubled, overwritten or with others in between.</summary>
    public static Gen<byte[]> Damaged(byte[] bytes) => Gen.Frequency<byte[]>(
        (8, Gen.Const(bytes)),
        (1, Gen.Int[0, bytes.Length].Select(length => bytes[..length])),
        (1, Gen.Const<byte[]>([.. bytes, .. bytes.AsSpan(0, Math.Min(bytes.Length, 20_000))])),
        (1, Gen.Select(Gen.Int[0, Math.Max(0, bytes.Length - 1)], Gen.Byte).Array[1, 6].Select(changes =>
        {
            var changed = bytes.ToArray();
            foreach (var (at, value) in changes.Where(change => change.Item1 < changed.Length))
                changed[at] = value;
            return changed;
        })),
        (1, Gen.Select(
            Gen.Int[0, bytes.Length], Gen.Byte.Array[0, 6],
            (at, inserted) => (byte[])[.. bytes[..at], .. inserted, .. bytes[at..]])));

    /// <summary>A header cannot hold control characters, nor what the client cannot encode.</summary>
    public static string HeaderText(string text) =>
        new([.. text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character)).Take(4_000)]);

    private static Gen<List<KeyValuePair<string, string>>> Changed(IReadOnlyDictionary<string, string> fields) =>
        Gen.Select(Gen.OneOf(fields.Keys.Concat(OtherFields).ToArray()), FuzzedText.Any).Array[0, 5].Select(changes =>
        {
            List<KeyValuePair<string, string>> all = [.. fields];
            foreach (var (name, value) in changes)
                all.Insert(value.Length % (all.Count + 1), new(name, value));
            return all;
        });

    private static string UrlEncoded(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Join('&', fields.Select(field => $"{Escaped(field.Key)}={Escaped(field.Value)}"));

    /// <summary>Escapes as a browser does, or only what has a meaning in a form, or not at all.</summary>
    private static string Escaped(string text) => (text.Length % 4) switch
    {
        0 => text,
        1 => text.Replace("%", "%25").Replace("&", "%26").Replace(' ', '+'),
        _ => Uri.EscapeDataString(text),
    };

    private static string Multipart(IEnumerable<KeyValuePair<string, string>> fields) => string.Concat(fields.Select(field =>
    {
        var type = field.Value.Length % 7 == 1 ? "\r\nContent-Type: text/plain; charset=utf-16" : "";
        return $"--b\r\nContent-Disposition: form-data; name=\"{field.Key}\"{type}\r\n\r\n{field.Value}\r\n";
    })) + "--b--\r\n";
}
