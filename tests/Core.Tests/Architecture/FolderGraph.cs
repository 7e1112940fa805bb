using ArchUnitNET.Loader;

namespace Pipeline.Core.Tests.Architecture;

/// <summary>Which folder of Core uses which, read from the compiled assembly.</summary>
public static class FolderGraph
{
    private static readonly ArchUnitNET.Domain.Architecture Core = new ArchLoader().LoadAssemblies(typeof(PipelineServices).Assembly).Build();

    /// <summary>Each arrow once, with one use as its example.</summary>
    public static IReadOnlyList<Arrow> Arrows { get; } = Find();

    private static List<Arrow> Find() =>
    [
        .. Core.Types
            .SelectMany(type => type.Dependencies)
            .Select(use => new Arrow(FolderOf(use.Origin.FullName), FolderOf(use.Target.FullName), $"{Name(use.Origin.FullName)} uses {Name(use.Target.FullName)}"))
            .Where(arrow => arrow is { From.Length: > 0, To.Length: > 0 } && arrow.From != arrow.To)
            .GroupBy(arrow => (arrow.From, arrow.To))
            .Select(group => group.MinBy(arrow => arrow.Example, StringComparer.Ordinal)!)
            .OrderBy(arrow => arrow.From, StringComparer.Ordinal).ThenBy(arrow => arrow.To, StringComparer.Ordinal),
    ];

    // Empty for what is in no folder: the composition, which uses all of them, and types of other assemblies.
    private static string FolderOf(string type) => type.Split('.') is ["Pipeline", var folder, _, ..] ? folder : "";

    // A nested or generated type belongs to the one that was written.
    private static string Name(string type) => type.Split('+', '<', '/')[0].Split('.')[^1];
}

/// <param name="Example">"A uses B".</param>
public sealed record Arrow(string From, string To, string Example)
{
    public override string ToString() => $"{From} → {To} ({Example})";
}
