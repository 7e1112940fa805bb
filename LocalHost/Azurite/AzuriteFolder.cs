using System.Reflection;

namespace Pipeline.LocalHost.Azurite;

/// <summary>LocalHost/Azurite in the repository: package.json, its lock file, run.mjs, and node_modules after the installation.</summary>
internal static class AzuriteFolder
{
    // LocalHost.csproj writes it. Copies of these files in output folders would each need an installation.
    public static readonly string Path = typeof(AzuriteFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == nameof(AzuriteFolder)).Value!;

    public static readonly string Script = System.IO.Path.Combine(Path, "run.mjs");

    public static readonly string NodeModules = System.IO.Path.Combine(Path, "node_modules");

    public static readonly string LockFile = System.IO.Path.Combine(Path, "package-lock.json");

    /// <summary>The default folder for Azurite's files, one for each port base. Git ignores it.</summary>
    public static string DataFor(StoragePorts ports) =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", ".azurite", $"{ports.Blob}"));
}
