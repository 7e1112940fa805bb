using System.Text;
using Pipeline.Admin.Backups;
using Pipeline.Backups;
using Spectre.Console;
using Xunit;

namespace Pipeline.Tests.Admin;

public sealed class ProgressTests
{
    [Fact]
    public void A_plain_line_comes_every_50_000_rows_and_at_the_end_of_a_table()
    {
        using var output = new StringWriter();
        var lines = new ProgressLines(output);

        // Several threads report, and one may overtake another.
        foreach (var rows in new long[] { 100, 49_999, 50_100, 50_000, 50_200, 149_900, 150_000, 150_000 })
            lines.Report(new TableProgress("Practices", rows, 150_000));
        foreach (var rows in new long[] { 60_000, 60_001 })
            lines.Report(new TableProgress("Digests", rows, Total: rows == 60_001 ? rows : null));

        Assert.Equal(
            [
                "  Practices: 50100 of 150000 rows so far", "  Practices: 149900 of 150000 rows so far", "  Practices: 150000 rows",
                "  Digests: 60000 rows so far", "  Digests: 60001 rows",
            ],
            output.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_terminal_shows_a_bar_for_each_table()
    {
        using var output = new StringWriter();
        var console = FakeTerminal.On(output);

        await new ProgressDisplay(console).ShowAsync(
            [new BackupTable("Erasures", 0, ""), new BackupTable("Practices", 20_000, ""), new BackupTable("Digests", 7, "")],
            progress =>
            {
                progress.Report(new TableProgress("Erasures", 0, 0));
                progress.Report(new TableProgress("Practices", 1_000, 20_000));
                progress.Report(new TableProgress("Practices", 900, 20_000));
                return Task.FromResult(true);
            });

        Assert.Matches(@"Erasures +━{24} +0 rows", output.ToString());
        Assert.Matches(@"Practices +━ +1,000 of 20,000 rows", output.ToString());
        Assert.Matches(@"Digests +0 of 7 rows", output.ToString());
    }

    [Fact]
    public void A_terminal_shows_the_account_of_a_restore_as_a_table()
    {
        using var output = new StringWriter();

        RestoredRows.Write(FakeTerminal.On(output), [new RestoredTable("Practices", 250, 200, 10)]);

        Assert.Contains("│           │ in the backup │ restored │ there already │ left out │", output.ToString());
        Assert.Contains("│ Practices │           250 │      200 │            40 │       10 │", output.ToString());
    }

    private sealed class FakeTerminal(TextWriter writer) : IAnsiConsoleOutput
    {
        public static IAnsiConsole On(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new FakeTerminal(writer),
        });

        public TextWriter Writer => writer;
        public bool IsTerminal => true;
        public int Width => 120;
        public int Height => 40;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
