using System.Text.Json;

namespace Pipeline.Tests.Supply;

/// <summary>A project's packages.lock.json: what NuGet resolved, and through what each came in.</summary>
public sealed class LockFile
{
    private sealed record Entry(string Name, string Type, string? Version, IReadOnlyList<string> Dependencies);

    private readonly Dictionary<string, Entry> entries;

    private LockFile(Dictionary<string, Entry> entries) => this.entries = entries;

    public static LockFile Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return new LockFile(json.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
            .Select(entry => new Entry(
                entry.Name,
                entry.Value.GetProperty("type").GetString()!,
                entry.Value.TryGetProperty("resolved", out var version) ? version.GetString() : null,
                entry.Value.TryGetProperty("dependencies", out var dependencies) ? [.. dependencies.EnumerateObject().Select(each => each.Name)] : []))
            .ToDictionary(entry => entry.Name, StringComparer.OrdinalIgnoreCase));
    }

    public IEnumerable<(string Name, string Version)> Packages =>
        entries.Values.Where(entry => entry.Version is not null).Select(entry => (entry.Name, entry.Version!));

    /// <summary>What is left of the packages without this project.</summary>
    public IEnumerable<(string Name, string Version)> PackagesWithout(string project)
    {
        HashSet<string> reached = new(StringComparer.OrdinalIgnoreCase) { project };
        var open = new Queue<string>(entries.Values.Where(entry => entry.Type is "Direct" or "Project").Select(entry => entry.Name));
        while (open.TryDequeue(out var name))
            if (reached.Add(name))
                foreach (var dependency in entries[name].Dependencies)
                    open.Enqueue(dependency);
        return Packages.Where(package => reached.Contains(package.Name));
    }
}
