using System.Reflection.Metadata;
using Pipeline.Functions.Pages;

[assembly: MetadataUpdateHandler(typeof(HotReload))]

namespace Pipeline.Functions.Pages;

/// <summary>Called by "dotnet watch" after an edit: pages that were rendered before are outdated.</summary>
internal static class HotReload
{
    private static int _edits;

    public static int Edits => Volatile.Read(ref _edits);

    public static void ClearCache(Type[]? types) => Interlocked.Increment(ref _edits);
}
