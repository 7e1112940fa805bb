using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.Supply;

public sealed partial class WorkflowTests
{
    /// <summary>Their owner can move a tag to other code. Dependabot reads the version behind the commit.</summary>
    [Fact]
    public void Actions_of_other_repositories_are_named_by_commit_and_version()
    {
        var actions = Directory.EnumerateFiles(SourceFolder.PathOf(".github", "workflows"), "*.yml")
            .SelectMany(File.ReadLines)
            .Where(line => line.Contains("uses:", StringComparison.Ordinal) && !line.Contains("uses: ./", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(actions);
        Assert.All(actions, line => Assert.Matches(CommitAndVersion(), line));
    }

    [GeneratedRegex(@"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\z")]
    private static partial Regex CommitAndVersion();
}
