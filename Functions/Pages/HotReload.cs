using System.Reflection.Metadata;
using Pipeline.Functions.Pages;

[assembly: MetadataUpdateHandler(typeof(HotReload))]

namespace Pipeline.Functions.Pages;

/// <summary>"dotnet watch" changes code in the running app and calls this: pages that were rendered before are out of date.</summary>
internal static class HotReload
{
    private static int edits;

    public static int Edits => Volatile.Read(ref edits);

    public static void ClearCache(Type[]? types) => Interlocked.Increment(ref edits);
}
