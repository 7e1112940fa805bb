using System.Diagnostics;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.Tests.Infra;

/// <summary>What 'dotnet build infra' says where somebody breaks something: run on copies that are broken.</summary>
public sealed class InfraBuildTests
{
    [Fact]
    public async Task Each_fault_fails_the_build_with_a_line_that_names_it()
    {
        Assert.SkipUnless(File.Exists(SourceFolder.PathOf("infra", "obj", "infra.csproj.nuget.g.props")), "infra has not been restored: run 'dotnet build infra' once.");

        var mistyped = BuildAsync(("hostStorage", "isVersioningEnabled", "isVersioningEnable"));
        var weakened = BuildAsync(
            ("roles", "['StorageQueueDataContributor', 'StorageTableDataContributor']: {", "['StorageTableDataContributor']: {"),
            ("dataStorage", "'TLS1_2'", "'TLS1_0'"),
            ("functionApp", " minTlsVersion: '1.2'", " minTlsVersion: '1.0'"));

        Assert.Matches("""hostStorage\.bicep\(\d+,\d+\): error BCP089: The property "isVersioningEnable" is not allowed .* Did you mean "isVersioningEnabled"\?""", await mistyped);
        Assert.Contains("dev.snapshot.json : error : What would be deployed is not what the snapshot says", await weakened, StringComparison.Ordinal);
        Assert.Contains("""properties.description:      "Pipeline on its data account: StorageQueueDataContributor""", await weakened, StringComparison.Ordinal);
        Assert.Contains("""~ properties.minimumTlsVersion: "TLS1_2" => "TLS1_0""", await weakened, StringComparison.Ordinal);
        Assert.Contains("""~ properties.siteConfig.minTlsVersion: "1.2" => "1.0""", await weakened, StringComparison.Ordinal);
    }

    private static async Task<string> BuildAsync(params (string Module, string Sound, string Broken)[] faults)
    {
        var copy = Directory.CreateTempSubdirectory("pipeline-infra-");
        try
        {
            Copy(new DirectoryInfo(SourceFolder.PathOf("infra")), copy.CreateSubdirectory("infra"));
            foreach (var shared in Directory.EnumerateFiles(SourceFolder.Root, "Directory.*"))
                File.Copy(shared, Path.Combine(copy.FullName, Path.GetFileName(shared)));

            foreach (var (module, sound, broken) in faults)
            {
                var path = Path.Combine(copy.FullName, "infra", "modules", $"{module}.bicep");
                var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
                Assert.Contains(sound, text, StringComparison.Ordinal);
                await File.WriteAllTextAsync(path, text.Replace(sound, broken, StringComparison.Ordinal), TestContext.Current.CancellationToken);
            }

            using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", Path.Combine(copy.FullName, "infra"), "--no-restore", "-nodeReuse:false", "-tl:off"])
            { RedirectStandardOutput = true })!;
            var said = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await build.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, build.ExitCode);
            return said;
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    // Without what says that it has been checked already.
    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (var file in from.EnumerateFiles())
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        foreach (var folder in from.EnumerateDirectories().Where(folder => folder.Name is not ("bin" or "Debug" or "Release")))
            Copy(folder, to.CreateSubdirectory(folder.Name));
    }
}
