using System.Text.Json;
using System.Xml.Linq;

namespace Pipeline.Tests.Supply;

/// <summary>The repository that these tests were built from, and the folder that NuGet unpacks packages into.</summary>
public static class SourceFolder
{
    public static string Root { get; } = FindRoot();

    /// <summary>As NuGet wrote it down when it restored this project.</summary>
    private static readonly IReadOnlyList<string> PackageFolders = ReadPackageFolders();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static XDocument Xml(params string[] parts) => XDocument.Load(PathOf(parts));

    /// <exception cref="DirectoryNotFoundException">Nobody has restored it.</exception>
    public static string PackageFolder(string name, string version) =>
        PackageFolders.Select(folder => Path.Combine(folder, name.ToLowerInvariant(), version.ToLowerInvariant())).FirstOrDefault(Directory.Exists)
        ?? throw new DirectoryNotFoundException($"The package {name} {version} is in a lock file, but not on this machine: run 'dotnet restore'.");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private static string[] ReadPackageFolders()
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(PathOf("tests", "Pipeline.Tests", "obj", "project.assets.json")));
        return [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
    }
}
