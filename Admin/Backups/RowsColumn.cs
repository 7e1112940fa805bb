using System.Globalization;
using Pipeline.Backups;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Admin.Backups;

/// <summary>The column beside a bar: "1,000 of 20,000 rows".</summary>
internal sealed class RowsColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        var table = Of(task);
        var rows = table.Total is { } total && total != table.Rows ? $"{Number(table.Rows)} of {Number(total)}" : Number(table.Rows);
        return new Markup($"{rows} rows").RightJustified();
    }

    /// <summary>The latest progress of the table that the bar shows.</summary>
    public static TableProgress Of(ProgressTask task) => (TableProgress)task.Tag!;

    private static string Number(long rows) => rows.ToString("N0", CultureInfo.InvariantCulture);
}
