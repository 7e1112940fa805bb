using System.Text.Json;

namespace Pipeline.Tests.Supply;

/// <summary>The packages.lock.json of a project.</summary>
public sealed class LockFile
{
    private LockFile(IReadOnlyList<(string Name, string Version)> packages) => Packages = packages;

    public IReadOnlyList<(string Name, string Version)> Packages { get; }

    public static LockFile Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return new LockFile([.. json.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            // Projects have no version.
            .Where(entry => entry.Value.TryGetProperty("resolved", out _))
            .Select(entry => (entry.Name, entry.Value.GetProperty("resolved").GetString()!))
            // A package that differs between platforms is listed once for each.
            .Distinct()]);
    }
}
