using System.Text;

namespace Pipeline.Tests.Submissions;

/// <summary>Bodies that no form and no client of the API sends, each with its media type.</summary>
public static class MalformedBodies
{
    private const string Multipart = "multipart/form-data; boundary=b";

    public static readonly IReadOnlyList<(string Type, byte[] Body)> All =
    [
        .. Json(
            "", "{", "[]", "[[[[", "null", "5", "\"zq\"", "{\"title\":", "{\"title\":\"\\ud800\"}", "{\"\\ud800\":\"zq\"}",
            "{\"\\udc00title\":5}", "{\"title\":{}}", "{\"title\":[\"a\"]}", "{\"title\":1e999}", "{\"title\":1,\"TITLE\":2}",
            "{\"email\":1,\"Email\":[]}", "{\"title\":\"a\",\"TITLE\":\"b\"}", "{\"title\":\"a\",}", "{/*zq*/}",
            "{\"__proto__\":{\"zq\":1}}", "{\"\":\"zq\"}", "{\"email\":5,\"topic\":true}", "{\"email\":\"\\ud800@example.org\"}",
            new string('[', 100_000), "{\"a\":" + new string('{', 50_000),
            "{" + string.Join(',', Each(15_000, i => $"\"k{i}\":\"\"")) + "}", "{\"title\":\"a\nb\"}", "{\"title\":\"\\u0000\"}"),
        ("application/json", [.. "{\"title\":\""u8, 0xff, 0xfe, .. "\"}"u8]),
        ("application/json", [.. "{\"title\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8]),
        ("application/json", [.. "{\""u8, 0xc0, 0xaf, .. "\":\"a\"}"u8]),
        ("application/json", [0xef, 0xbb, 0xbf, .. "{\"title\":\"zq\"}"u8]),
        ("application/json; charset=utf-16", Encoding.Unicode.GetBytes("{\"title\":\"zq\"}")),
        ("application/json; charset=zq", "{\"title\":\"zq\"}"u8.ToArray()),
        ("application/json; charset=utf-7", "{\"title\":\"+ADw-zq+AD4-\"}"u8.ToArray()),
        ("application/zq+json", "{}"u8.ToArray()),
        ("text/plain", "{}"u8.ToArray()),
        ("application/xml", "<!DOCTYPE zq [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><zq>&e;</zq>"u8.ToArray()),
        .. Form(
            "", "=", "&&&&", "title", "title=%", "title=%zz", "title=%ff%fe", "title=%ed%a0%80", "title=%00", "title=%u0041",
            "title=a&title=b", "title[]=a", "=zq", "%74%69tle=zq", "title=%e2%80", "title=a;topic=b",
            string.Join('&', Each(5_000, i => $"k{i}=v")), string.Join('&', Each(5_000, _ => "title=zq")),
            new string('k', 5_000) + "=zq", "title=" + new string('a', 250_000), "title=" + Repeat("%cc%81", 40_000),
            "email=zq%0d%0aBcc:b@example.org&topic=x", new string('&', 200_000), new string('%', 100_000)),
        ("application/x-www-form-urlencoded; charset=utf-7", "title=+ADw-zq+AD4-"u8.ToArray()),
        ("application/x-www-form-urlencoded; charset=utf-16", Encoding.Unicode.GetBytes("title=zq")),
        ("application/x-www-form-urlencoded; charset=zq", "title=zq"u8.ToArray()),
        ("application/x-www-form-urlencoded; charset=\"", "title=zq"u8.ToArray()),
        ("application/x-www-form-urlencoded", [.. "title="u8, 0xff, 0xfe, 0x80, .. "&"u8, 0xc0, .. "=zq"u8]),
        ("multipart/form-data", Part("title", "zq")),
        ("multipart/form-data; boundary=", Part("title", "zq")),
        ("multipart/form-data; boundary=\"\"", Part("title", "zq")),
        ("multipart/form-data; boundary=" + new string('b', 500), Part("title", "zq")),
        ("multipart/form-data; boundary=other", Part("title", "zq")),
        ("multipart/form-data; boundary=b; boundary=c", Part("title", "zq")),
        ("multipart/form-data; boundary=\"b\r\"", Part("title", "zq")),
        ("multipart/mixed; boundary=b", Part("title", "zq")),
        .. new[]
        {
            "", "--b", "--b--", "--b\r\n", "--b\r\n\r\n", "zq", "--b\r\nzq",
            "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nzq",
            "--b\r\nContent-Disposition: form-data\r\n\r\nzq\r\n--b--", "--b\r\nContent-Disposition: zq\r\n\r\nzq\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"title\r\nzq: a\"\r\n\r\nzq\r\n--b--", "--b\r\n: zq\r\n\r\nzq\r\n--b--",
            "--b\r\nzq\0zq: a\r\n\r\nzq\r\n--b--", "--b\r\nContent-Disposition: form-data; name*=utf-8''ti%ff\r\n\r\nzq\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n"
                + "+ADw-zq+AD4-\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title\r\nContent-Type: text/plain; charset=zq\r\n\r\nzq\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nz\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title\r\nContent-Transfer-Encoding: base64\r\n\r\nenE=\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title; filename=\"../../zq\"\r\n\r\nzq\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title; filename=\"\"\r\n\r\nzq\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title; filename=\"zq\0.exe\"\r\nContent-Type: zq\r\n\r\n"
                + new string('f', 200_000) + "\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=title\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
                + "Content-Disposition: form-data; name=topic\r\n\r\nzq\r\n--c--\r\n--b--",
            "--b\r\nzq: " + new string('h', 40_000) + "\r\n\r\nzq\r\n--b--",
            "--b\r\n" + string.Concat(Each(500, i => $"zq{i}: a\r\n")) + "\r\nzq\r\n--b--",
            string.Concat(Each(3_500, i => $"--b\r\nContent-Disposition: form-data; name=k{i}\r\n\r\nv\r\n")) + "--b--",
            Repeat("--b\r\n\r\n\r\n", 20_000) + "--b--", Repeat("--b", 60_000), Repeat("\r\n", 100_000),
            string.Concat(Each(1_500, i => $"--b\r\nContent-Disposition: form-data; name=f{i}; filename=zq{i}\r\n\r\nv\r\n")) + "--b--",
        }.Select(body => (Multipart, Encoding.Latin1.GetBytes(body))),
        (Multipart, [.. "--b\r\nContent-Disposition: form-data; name=title\r\n\r\n"u8, 0xff, 0xfe, 0x00, .. "\r\n--b--"u8]),
        (Multipart, [.. "--b\r\nContent-Disposition: form-data; name=\""u8, 0xff, 0xfe, .. "\"\r\n\r\nzq\r\n--b--"u8]),
    ];

    private static IEnumerable<(string, byte[])> Json(params string[] bodies) =>
        bodies.Select(body => ("application/json", Encoding.UTF8.GetBytes(body)));

    private static IEnumerable<(string, byte[])> Form(params string[] bodies) =>
        bodies.Select(body => ("application/x-www-form-urlencoded", Encoding.UTF8.GetBytes(body)));

    private static byte[] Part(string name, string value) =>
        Encoding.UTF8.GetBytes($"--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n--b--\r\n");

    private static IEnumerable<string> Each(int count, Func<int, string> text) => Enumerable.Range(0, count).Select(text);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
