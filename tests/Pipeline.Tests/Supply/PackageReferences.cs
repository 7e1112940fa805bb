using System.Xml.Linq;

namespace Pipeline.Tests.Supply;

public static class PackageReferences
{
    /// <summary>All project files of the repository.</summary>
    public static IReadOnlyList<string> Projects { get; } =
    [
        .. new[] { "Core", "Functions", "LocalHost", "Admin", "infra" }.Concat(Directory.GetDirectories(SourceFolder.PathOf("tests")))
            .Select(folder => SourceFolder.PathOf(folder)).SelectMany(folder => Directory.GetFiles(folder, "*.csproj")),
    ];

    public static IEnumerable<string> Of(string project) => XDocument.Load(project).Descendants("PackageReference")
        .Select(reference => reference.Attribute("Include")!.Value);
}
