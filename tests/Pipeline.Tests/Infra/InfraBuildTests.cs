using System.Diagnostics;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.Tests.Infra;

/// <summary>Runs 'dotnet build infra' on copies of infra that have mistakes.</summary>
public sealed class InfraBuildTests
{
    [Fact]
    public async Task Each_mistake_fails_the_build_with_a_line_that_names_it()
    {
        Assert.SkipUnless(
            File.Exists(SourceFolder.PathOf("infra", "obj", "infra.csproj.nuget.g.props")),
            "infra is not restored. Run 'dotnet build infra' once.");

        var mistyped = BuildAsync(("hostStorage", "isVersioningEnabled", "isVersioningEnable"));
        var weakened = BuildAsync(
            ("roles", "['StorageQueueDataContributor', 'StorageTableDataContributor']: {", "['StorageTableDataContributor']: {"),
            ("dataStorage", "'TLS1_2'", "'TLS1_0'"),
            ("functionApp", " minTlsVersion: '1.2'", " minTlsVersion: '1.0'"));

        Assert.Matches(
            """hostStorage\.bicep\(\d+,\d+\): error BCP089: The property "isVersioningEnable" is not allowed .* """
            + """Did you mean "isVersioningEnabled"\?""",
            await mistyped);
        string[] differences =
        [
            "dev.snapshot.json : error : The deployment differs from its snapshot",
            """properties.description:      "Pipeline on its data account: StorageQueueDataContributor""",
            """~ properties.minimumTlsVersion: "TLS1_2" => "TLS1_0""",
            """~ properties.siteConfig.minTlsVersion: "1.2" => "1.0""",
        ];
        var output = await weakened;
        Assert.All(differences, difference => Assert.Contains(difference, output, StringComparison.Ordinal));
    }

    private static async Task<string> BuildAsync(params (string Module, string Correct, string Broken)[] mistakes)
    {
        var copy = Directory.CreateTempSubdirectory("pipeline-infra-");
        try
        {
            Copy(new DirectoryInfo(SourceFolder.PathOf("infra")), copy.CreateSubdirectory("infra"));
            foreach (var shared in Directory.EnumerateFiles(SourceFolder.Root, "Directory.*"))
                File.Copy(shared, Path.Combine(copy.FullName, Path.GetFileName(shared)));

            foreach (var (module, correct, broken) in mistakes)
            {
                var path = Path.Combine(copy.FullName, "infra", "modules", $"{module}.bicep");
                var text = await File.ReadAllTextAsync(path, Cancellation);
                Assert.Contains(correct, text, StringComparison.Ordinal);
                text = text.Replace(correct, broken, StringComparison.Ordinal);
                await File.WriteAllTextAsync(path, text, Cancellation);
            }

            string[] arguments = ["build", Path.Combine(copy.FullName, "infra"), "--no-restore", "-nodeReuse:false", "-tl:off"];
            using var build = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
            var output = await build.StandardOutput.ReadToEndAsync(Cancellation);
            await build.WaitForExitAsync(Cancellation);
            Assert.NotEqual(0, build.ExitCode);
            return output;
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    // The output folders are left out, because the build skips the check if they are up to date.
    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (var file in from.EnumerateFiles())
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        foreach (var folder in from.EnumerateDirectories().Where(folder => folder.Name is not ("bin" or "Debug" or "Release")))
            Copy(folder, to.CreateSubdirectory(folder.Name));
    }
}
