using System.Text.Json;
using System.Xml.Linq;

namespace Pipeline.Tests.Supply;

/// <summary>The repository that these tests were built from, and the package folders of NuGet.</summary>
public static class SourceFolder
{
    public static string Root { get; } = FindRoot();

    private static readonly IReadOnlyList<string> PackageFolders =
        [.. Json("tests", "Pipeline.Tests", "obj", "project.assets.json").GetProperty("packageFolders").EnumerateObject()
            .Select(folder => folder.Name)];

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static XDocument Xml(params string[] parts) => XDocument.Load(PathOf(parts));

    public static JsonElement Json(params string[] parts) => JsonElement.Parse(File.ReadAllBytes(PathOf(parts)));

    /// <exception cref="DirectoryNotFoundException">The package is not restored.</exception>
    public static string PackageFolder(string name, string version) =>
        PackageFolders
            .Select(folder => Path.Combine(folder, name.ToLowerInvariant(), version.ToLowerInvariant()))
            .FirstOrDefault(Directory.Exists)
        ?? throw new DirectoryNotFoundException(
            $"The package {name} {version} is in a lock file, but not on this machine. Run 'dotnet restore'.");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

}
