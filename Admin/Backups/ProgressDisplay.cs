using Pipeline.Backups;
using Spectre.Console;

namespace Pipeline.Admin.Backups;

/// <summary>Shows how far work on tables is: a bar for each on a terminal, else plain lines.</summary>
internal sealed class ProgressDisplay(IAnsiConsole console)
{
    private const int BarWidth = 24;

    /// <param name="tables">Those that are worked on, as far as it is known how many rows they have.</param>
    public async Task<T> ShowAsync<T>(IReadOnlyList<BackupTable> tables, Func<IProgress<TableProgress>, Task<T>> work)
    {
        if (!console.IsWatched())
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
