using Azure.Data.Tables;

namespace Pipeline.Tests.Backups;

/// <summary>Rows with every type that a table has, and with values that a file format may change.</summary>
public static class EdgeCaseRows
{
    private static readonly string[] Texts =
    [
        "", " ", "plain", "\"quoted\" and 'quoted'", @"back\slash / slash", "{\"json\":[1,null]}", "two\nlines\r\nand\rthree",
        "\u0001\u0007\u000B\u001F\u007F", "tab\t\0nul", "\u2028\u2029\u0085", "\uFEFFmark \uFFFD\uFFFE",
        "👩‍👩‍👧‍👦 𝕏 e\u0301 \u00e9", "\u202eهجرة\u202c التنمية 移民", "<script>&amp;</script>", "null", "12", "true",
        "2026-11-24T02:30:00Z", "a@odata.type", new('ب', 32 * 1024), new('x', 32 * 1024),
    ];

    private static readonly object[] Values =
    [
        true, false, 0, int.MinValue, int.MaxValue, 0L, 5L, long.MinValue, long.MaxValue,
        5.0, -0.0, 0.1, 1e300, double.Epsilon, double.MaxValue, double.MinValue,
        new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(DateTime.MaxValue, TimeSpan.Zero),
        new DateTimeOffset(2026, 11, 24, 2, 30, 0, TimeSpan.Zero).AddTicks(1), Guid.Empty, new Guid("c7a3b1de-5d62-4f67-9bb1-0c34fd5a7d3e"),
        Array.Empty<byte>(), Enumerable.Range(0, 256).Select(value => (byte)value).ToArray(),
    ];

    private static readonly string[] Keys = ["o'clock", "two words", "50%25", "émigré", "移民", "👩‍👧", "a+b&c=d", "~", "{x}", "\"x\""];

    /// <summary>Each row has one of the values in the column Mixed, whose type differs from row to row.</summary>
    public static IEnumerable<TableEntity> Of(int count, int partitions) => Enumerable.Range(0, count).Select(i => new TableEntity(
        $"{Keys[i % partitions % Keys.Length]} {i % partitions:00}", $"{i:000000} {Keys[i % Keys.Length]}")
    {
        ["Text"] = Texts[(i / partitions % (i < 400 ? Texts.Length : Texts.Length - 2))],
        ["Number"] = i,
        ["Long"] = (long)i << 32,
        ["Double"] = i / 7.0,
        ["Whole"] = (double)i,
        ["Flag"] = i % 2 == 0,
        ["Time"] = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(i),
        ["Id"] = new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        ["Bytes"] = BitConverter.GetBytes(i),
        ["Mixed"] = Values[i % Values.Length],
        [$"Column{i % 50}"] = "in some rows only",
        // The client cannot write these values in another way.
        ["NoNumber"] = (i % 3) switch { 0 => "NaN", 1 => "Infinity", _ => "-Infinity" },
        ["NoNumber@odata.type"] = "Edm.Double",
    });
}
