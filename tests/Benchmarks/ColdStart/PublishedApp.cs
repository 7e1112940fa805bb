using System.Diagnostics;
using System.IO.Compression;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.Benchmarks.ColdStart;

/// <param name="Program">The path of the app's dll.</param>
internal sealed record PublishedApp(string Name, string Program)
{
    /// <summary>Size of the zip file that is deployed.</summary>
    public required double Megabytes { get; init; }

    /// <param name="project">Relative to the root of the repository.</param>
    public static async Task<PublishedApp> PublishAsync(string name, string project, string folder)
    {
        var path = Path.Combine(AzuriteFolder.Path, "..", "..", project);
        using var publish = Process.Start(
            new ProcessStartInfo("dotnet", ["publish", path, "-c", "Release", "-o", folder]) { RedirectStandardOutput = true })!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? Of(name, folder) : throw new InvalidOperationException(output);
    }

    public static PublishedApp Of(string name, string folder)
    {
        const string extension = ".runtimeconfig.json";
        using var package = new MemoryStream();
        ZipFile.CreateFromDirectory(folder, package);
        var program = Directory.GetFiles(folder, $"Pipeline.*{extension}").Single().Replace(extension, ".dll", StringComparison.Ordinal);
        return new PublishedApp(name, program) { Megabytes = package.Length / 1e6 };
    }
}
