using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;

namespace Pipeline.Core.Tests.Architecture;

/// <summary>Which folder of Core uses which, read from the compiled assembly.</summary>
public static class FolderGraph
{
    private static readonly ArchUnitNET.Domain.Architecture Core =
        new ArchLoader().LoadAssemblies(typeof(PipelineServices).Assembly).Build();

    /// <summary>One arrow for each pair of folders.</summary>
    public static IReadOnlyList<Arrow> Arrows { get; } = Find();

    private static List<Arrow> Find() =>
    [
        .. Core.Types
            .SelectMany(type => type.Dependencies)
            .Select(ArrowOf)
            .Where(arrow => arrow is { From.Length: > 0, To.Length: > 0 } && arrow.From != arrow.To)
            .GroupBy(arrow => (arrow.From, arrow.To))
            .Select(group => group.MinBy(arrow => arrow.Example, StringComparer.Ordinal)!)
            .OrderBy(arrow => arrow.From, StringComparer.Ordinal).ThenBy(arrow => arrow.To, StringComparer.Ordinal),
    ];

    private static Arrow ArrowOf(ITypeDependency use)
    {
        var (origin, target) = (use.Origin.FullName, use.Target.FullName);
        return new Arrow(FolderOf(origin), FolderOf(target), $"{NameOf(origin)} uses {NameOf(target)}");
    }

    // Empty for types in no folder: the composition, which uses all folders, and types of other assemblies.
    private static string FolderOf(string type) => type.Split('.') is ["Pipeline", var folder, _, ..] ? folder : "";

    // Without the names of nested and generated types.
    private static string NameOf(string type) => type.Split('+', '<', '/')[0].Split('.')[^1];
}

/// <param name="Example">"A uses B".</param>
public sealed record Arrow(string From, string To, string Example)
{
    public override string ToString() => $"{From} → {To} ({Example})";
}
