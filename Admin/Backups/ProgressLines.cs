using Pipeline.Backups;

namespace Pipeline.Admin.Backups;

/// <summary>Writes a line for every 50,000 rows of a table and one at its end, for a file or another program.</summary>
internal sealed class ProgressLines(TextWriter output) : IProgress<TableProgress>
{
    private const int RowsBetweenLines = 50_000;

    private readonly Lock _lock = new();

    // The state of one table is enough: tables are processed one after another.
    private string _table = "";
    private long _written;
    private bool _ended;

    public void Report(TableProgress value)
    {
        lock (_lock)
        {
            if (value.Table != _table)
                (_table, _written, _ended) = (value.Table, 0, false);
            var isEnd = value.Rows == value.Total;
            if (_ended || !isEnd && value.Rows / RowsBetweenLines <= _written / RowsBetweenLines)
                return;

            (_written, _ended) = (value.Rows, isEnd);
            var rows = isEnd || value.Total is null ? $"{value.Rows} rows" : $"{value.Rows} of {value.Total} rows";
            output.WriteLine($"  {value.Table}: {rows}{(isEnd ? "" : " so far")}");
        }
    }
}
