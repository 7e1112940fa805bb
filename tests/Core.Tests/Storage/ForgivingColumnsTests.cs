using Azure.Data.Tables;
using Pipeline.Practices;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Core.Tests.Storage;

public sealed class ForgivingColumnsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static IEnumerable<TheoryDataRow<object?, string, int?, bool?, DateTimeOffset?>> Cells =>
    [
        new(null, "", null, null, null),
        new("", "", null, null, null),
        new("Migra Movil", "Migra Movil", null, null, null),
        new("2026-11-24 12:00", "2026-11-24 12:00", null, null, Noon),
        new("2026-11-24T14:00:00+02:00", "2026-11-24T14:00:00+02:00", null, null, Noon),
        new(" 7 ", " 7 ", 7, null, null),
        new("Yes", "Yes", null, true, null),
        new(7, "7", 7, null, null),
        new(0, "0", 0, false, null),
        new(9_000_000_000L, "9000000000", null, null, null),
        new(1.5, "1.5", null, null, null),
        new(2.0, "2", 2, null, null),
        new(double.NaN, "NaN", null, null, null),
        new(true, "True", null, true, null),
        new(Noon, "2026-11-24T12:00:00Z", null, null, Noon),
        new("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", null, null, null),
        new("0001-01-01", "0001-01-01", null, null, null),
        new(new byte[] { 1, 2 }, "", null, null, null),
    ];

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_column_of_any_type_is_read(object? cell, string text, int? number, bool? flag, DateTimeOffset? time)
    {
        var row = new TableEntity("topic", "row") { ["Column"] = cell };

        Assert.Equal((text, number, flag, time), (row.Text("Column"), row.Number("Column"), row.Flag("Column"), row.Time("Column")));
    }

    [Theory]
    [InlineData(" published ", PracticeStatus.Published)]
    [InlineData("1", null)]
    [InlineData(1, null)]
    [InlineData("Published, Declined", null)]
    [InlineData(null, null)]
    public void A_word_is_read_if_it_is_a_name_of_the_enum(object? cell, PracticeStatus? expected) =>
        Assert.Equal(expected, new TableEntity("topic", "row") { ["Column"] = cell }.Word<PracticeStatus>("Column"));

    [Fact]
    public void A_missing_column_is_empty()
    {
        var row = new TableEntity();

        Assert.Equal(("", null, null, null), (row.Text("Column"), row.Number("Column"), row.Flag("Column"), row.Time("Column")));
    }
}
