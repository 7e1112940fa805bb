using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.Supply;

/// <summary>docs/security-tests.md: each line has a state, and the tests that it names exist.</summary>
public sealed partial class SecurityTestsPageTests
{
    private static readonly string Page = File.ReadAllText(SourceFolder.PathOf("docs", "security-tests.md"));

    private static readonly IReadOnlyDictionary<string, string> Classes = Directory
        .EnumerateFiles(SourceFolder.PathOf("tests"), "*Tests.cs", SearchOption.AllDirectories)
        .GroupBy(file => Path.GetFileNameWithoutExtension(file))
        .ToDictionary(files => files.Key, files => string.Concat(files.Select(File.ReadAllText)));

    [Fact]
    public void Every_named_test_exists()
    {
        var names = Named().Matches(Page);

        Assert.True(names.Count > 50);
        Assert.All(names, name =>
        {
            var (type, method) = (name.Groups["class"].Value, name.Groups["method"].Value);
            Assert.True(Classes.TryGetValue(type, out var source) && source.Contains($"class {type}"), $"There is no class {type}.");
            Assert.True(method.Length == 0 || source.Contains($" {method}("), $"{type} has no test {method}.");
        });
    }

    [Fact]
    public void Every_line_is_held_or_does_not_apply_or_is_open()
    {
        var lines = Page.Split('\n')
            .Where(line => line.StartsWith("| ") && !line.StartsWith("| ---") && !line.StartsWith("| what is tried"));

        Assert.All(lines, line => Assert.Matches(@"\| (held by `|does not apply because |open: )[^|]+ \|\z", line.TrimEnd('\r')));
    }

    [GeneratedRegex(@"`(?<class>[A-Z][A-Za-z]*Tests)(\.(?<method>[A-Z]\w+))?`")]
    private static partial Regex Named();
}
