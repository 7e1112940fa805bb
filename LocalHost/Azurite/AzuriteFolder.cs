using System.Reflection;

namespace Pipeline.LocalHost.Azurite;

/// <summary>LocalHost/Azurite in the repository: package.json, its lock file, run.mjs, and node_modules once installed.</summary>
internal static class AzuriteFolder
{
    // Written by LocalHost.csproj: the output folders have no copy of these files, which would need an install each.
    public static readonly string Path = typeof(AzuriteFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == nameof(AzuriteFolder)).Value!;

    public static readonly string Script = System.IO.Path.Combine(Path, "run.mjs");

    public static readonly string NodeModules = System.IO.Path.Combine(Path, "node_modules");

    public static readonly string LockFile = System.IO.Path.Combine(Path, "package-lock.json");

    /// <summary>Where Azurite keeps its files unless somebody says otherwise; a folder for each port base, ignored by git.</summary>
    public static string DataFor(StoragePorts ports) =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", ".azurite", $"{ports.Blob}"));
}
