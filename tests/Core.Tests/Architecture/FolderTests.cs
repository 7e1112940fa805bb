using System.Text;
using Xunit;

namespace Pipeline.Core.Tests.Architecture;

public sealed class FolderTests
{
    /// <summary>Each folder may use only those above it.</summary>
    private static readonly string[] Order =
    [
        "Languages", "Text", "Rendering", "Telemetry", "Settings", "Keys", "Site",
        "Storage",
        "Topics",
        "Mail",
        "Practices", "Submissions",
        "Subscribers",
        "Notifications",
        "Digests",
        "Backups", "Operations",
    ];

    [Fact]
    public void A_folder_uses_only_those_above_it()
    {
        var violations = FolderGraph.Arrows.Where(arrow => !IsInOrder(arrow)).ToList();

        Assert.True(
            violations.Count == 0, $"These arrows are against the order {string.Join(", ", Order)}: {string.Join("; ", violations)}.");
    }

    [Fact]
    public void Every_folder_is_in_the_order() =>
        Assert.Equal(Order.Order(), FolderGraph.Arrows.SelectMany(arrow => new[] { arrow.From, arrow.To }).Distinct().Order());

    [Fact]
    public void Core_does_not_reference_the_Functions_worker() => Assert.DoesNotContain(
        typeof(PipelineServices).Assembly.GetReferencedAssemblies(),
        assembly => assembly.Name!.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal));

    /// <summary>Writes the diagram if the environment variable PIPELINE_WRITE_ARCHITECTURE is set.</summary>
    [Fact]
    public void The_diagram_in_the_documentation_is_current()
    {
        const string begin = "<!-- folders: written by FolderTests -->\n", end = "<!-- end of folders -->";
        var file = Path.Combine(Root(), "docs", "architecture.md");
        var text = File.ReadAllText(file);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        var expected = Mermaid();
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_ARCHITECTURE") is { Length: > 0 })
            File.WriteAllText(file, text = text[..from] + expected + text[to..]);

        Assert.Contains(begin + expected + end, text, StringComparison.Ordinal);
    }

    private static bool IsInOrder(Arrow arrow) => Array.IndexOf(Order, arrow.To) < Array.IndexOf(Order, arrow.From);

    /// <summary>Without the arrows that follow from others: A → C if there is A → B → C.</summary>
    private static string Mermaid()
    {
        // An arrow against the order would make a cycle; another test reports it.
        var uses = FolderGraph.Arrows.Where(IsInOrder).ToLookup(arrow => arrow.From, arrow => arrow.To);
        HashSet<string> ReachableFrom(string folder) => [.. uses[folder].SelectMany(next => ReachableFrom(next).Append(next))];

        var diagram = new StringBuilder("```mermaid\nflowchart BT\n");
        foreach (var folder in Order)
            foreach (var used in uses[folder].Order(StringComparer.Ordinal))
                if (!uses[folder].Any(other => other != used && ReachableFrom(other).Contains(used)))
                    diagram.Append("    ").Append(folder).Append(" --> ").Append(used).Append('\n');
        return diagram.Append("```\n").ToString();
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
