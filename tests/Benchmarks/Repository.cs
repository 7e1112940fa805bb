namespace Pipeline.Benchmarks;

internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")) ? folder.FullName : Find(folder.Parent!);
}
