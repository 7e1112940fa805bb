using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.Supply;

public sealed partial class CodeShapeTests
{
    private const int MaxFileLines = 250;
    private const int MaxFunctionLines = 40;
    private const int MaxDependencies = 8;

    private static readonly IReadOnlyList<string> Files = [.. new[] { "Core", "Functions", "Admin" }.SelectMany(FilesOf)];

    [Fact]
    public void No_file_is_longer_than_250_lines() => Assert.All(
        Files, file => Assert.True(File.ReadLines(file).Count() <= MaxFileLines, $"{Name(file)} is longer than {MaxFileLines} lines."));

    [Fact]
    public void No_function_class_is_longer_than_40_lines() => Assert.All(
        Files.Where(file => File.ReadAllText(file).Contains("[Function(", StringComparison.Ordinal)),
        file => Assert.InRange(File.ReadLines(file).SkipWhile(line => !ClassLine().IsMatch(line)).Count(), 1, MaxFunctionLines));

    /// <summary>Records are data and have no limit.</summary>
    [Fact]
    public void No_class_needs_more_than_8_others() => Assert.All(
        new[] { typeof(PipelineServices), typeof(Pipeline.Functions.FunctionsComposition), typeof(Pipeline.Admin.AdminApplication) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.IsClass && !type.Name.Contains('<') && type.GetMethod("<Clone>$") is null)
            .SelectMany(Constructors),
        constructor => Assert.True(
            constructor.GetParameters().Length <= MaxDependencies,
            $"{constructor.DeclaringType!.FullName} takes {constructor.GetParameters().Length} parameters, more than {MaxDependencies}."));

    [Theory]
    [InlineData("A submission", 12)]
    [InlineData("A digest", 20)]
    [InlineData("A subscriber", 15)]
    public void Each_path_through_the_code_in_architecture_md_has_few_files_and_they_exist(string path, int max)
    {
        var section = File.ReadAllText(SourceFolder.PathOf("docs", "architecture.md")).Split("\n### ")
            .Single(text => text.StartsWith(path, StringComparison.Ordinal));

        var files = Listed().Matches(section).Select(file => file.Groups[1].Value).ToList();

        Assert.InRange(files.Count, 1, max);
        Assert.All(files, file => Assert.True(
            File.Exists(SourceFolder.PathOf(file.Split('/'))), $"{file} is in docs/architecture.md but not in the repository."));
    }

    private static ConstructorInfo[] Constructors(Type type) =>
        type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static IEnumerable<string> FilesOf(string project) => new[] { "*.cs", "*.razor" }
        .SelectMany(pattern => Directory.EnumerateFiles(SourceFolder.PathOf(project), pattern, SearchOption.AllDirectories))
        .Where(file => !Name(file).Split('/').Intersect(["bin", "obj"]).Any());

    private static string Name(string file) => Path.GetRelativePath(SourceFolder.Root, file).Replace('\\', '/');

    [GeneratedRegex(@"^\d+\. `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex(@"^public sealed (partial )?class ")]
    private static partial Regex ClassLine();
}
