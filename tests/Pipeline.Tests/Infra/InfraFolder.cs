namespace Pipeline.Tests.Infra;

/// <summary>The folder infra of this clone.</summary>
internal static class InfraFolder
{
    public static string Root { get; } = Above(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, "infra", path));

    private static string Above(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")) ? folder.FullName : Above(folder.Parent!);
}
