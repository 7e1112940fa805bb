using System.Globalization;
using Pipeline.Backups;
using Spectre.Console;

namespace Pipeline.Admin.Backups;

/// <summary>Writes the result of a restore: for each table its rows in the backup, restored, there already and left out.</summary>
internal static class RestoredRows
{
    private static readonly string[] Headings = ["", "in the backup", "restored", "there already", "left out"];

    public static void Write(IAnsiConsole console, IReadOnlyList<RestoredTable> tables)
    {
        var rows = tables.Select(Cells);
        if (console.IsAnsiTerminal())
            console.Write(Table(rows));
        else
            foreach (var row in rows.Prepend(Headings))
                console.Profile.Out.Writer.WriteLine($"{row[0],-16}{row[1],15}{row[2],12}{row[3],15}{row[4],12}");
    }

    private static Table Table(IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var heading in Headings)
            table.AddColumn(heading, column => column.NoWrap().Alignment(heading.Length == 0 ? Justify.Left : Justify.Right));
        foreach (var row in rows)
            table.AddRow(row);
        return table;
    }

    private static string[] Cells(RestoredTable table) =>
        [table.Name, Number(table.InBackup), Number(table.Restored), Number(table.ThereAlready), Number(table.LeftOut)];

    private static string Number(long rows) => rows.ToString(CultureInfo.InvariantCulture);
}
