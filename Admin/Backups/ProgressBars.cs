using Pipeline.Backups;
using Spectre.Console;

namespace Pipeline.Admin.Backups;

/// <summary>A bar for each table. It moves back and forth while the number of rows is unknown.</summary>
internal sealed class ProgressBars : IProgress<TableProgress>
{
    private readonly ProgressContext _context;
    private readonly Dictionary<string, ProgressTask> _bars;
    private readonly Lock _lock = new();

    public ProgressBars(ProgressContext context, IReadOnlyList<BackupTable> tables)
    {
        _context = context;
        _bars = tables.ToDictionary(table => table.Name, table => Add(new TableProgress(table.Name, 0, table.Rows)));
    }

    public void Report(TableProgress value)
    {
        lock (_lock)
        {
            if (!_bars.TryGetValue(value.Table, out var bar))
                _bars.Add(value.Table, bar = Add(value));
            if (bar.IsFinished || value.Rows < RowsColumn.Of(bar).Rows)
                return;
            // Starting it again would reset its elapsed time.
            if (!bar.IsStarted)
                bar.StartTask();
            Show(bar, value);
        }
    }

    private ProgressTask Add(TableProgress table)
    {
        var bar = _context.AddTask(Markup.Escape(table.Table), autoStart: false);
        bar.Tag = table;
        return bar;
    }

    private static void Show(ProgressTask bar, TableProgress table)
    {
        bar.Tag = table;
        bar.IsIndeterminate = table.Total is null;
        // With 0 the bar of a table without rows would not be full.
        bar.MaxValue = Math.Max(table.Total ?? 1, 1);
        bar.Value = table.Total is null ? 0 : table.Rows == table.Total ? bar.MaxValue : table.Rows;
        if (table.Rows == table.Total)
            bar.StopTask();
    }
}
