using Pipeline.Backups;
using Spectre.Console;

namespace Pipeline.Admin.Backups;

/// <summary>Shows the progress of work on tables: a bar for each table on a terminal, otherwise plain lines.</summary>
internal sealed class ProgressDisplay(IAnsiConsole console)
{
    private const int BarWidth = 24;

    /// <param name="tables">The tables, if their numbers of rows are known; otherwise none.</param>
    public async Task<T> ShowAsync<T>(IReadOnlyList<BackupTable> tables, Func<IProgress<TableProgress>, Task<T>> work)
    {
        if (!console.IsAnsiTerminal())
            return await work(new ProgressLines(console.Profile.Out.Writer));

        return await console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = BarWidth },
                new RowsColumn(),
                tables.Count == 0 ? new ElapsedTimeColumn() : new RemainingTimeColumn())
            .StartAsync(context => work(new ProgressBars(context, tables)));
    }
}
