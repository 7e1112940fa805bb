using System.Diagnostics;
using System.IO.Compression;
using Pipeline.LocalHost.Azurite;

namespace Pipeline.Benchmarks.ColdStart;

/// <summary>A folder with an app as it is published.</summary>
internal sealed record PublishedApp(string Name, string Program)
{
    /// <summary>Of the package that is deployed, a zip file.</summary>
    public required double Megabytes { get; init; }

    /// <param name="project">From the repository's root on.</param>
    public static async Task<PublishedApp> PublishAsync(string name, string project, string folder)
    {
        using var publish = Process.Start(new ProcessStartInfo("dotnet", ["publish", Path.Combine(AzuriteFolder.Path, "..", "..", project), "-c", "Release", "-o", folder])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? Of(name, folder) : throw new InvalidOperationException(output);
    }

    public static PublishedApp Of(string name, string folder)
    {
        using var package = new MemoryStream();
        ZipFile.CreateFromDirectory(folder, package);
        var program = Directory.GetFiles(folder, "Pipeline.*.runtimeconfig.json").Single().Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal);
        return new PublishedApp(name, program) { Megabytes = package.Length / 1e6 };
    }
}
