using System.Diagnostics;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.Tests.LocalHost;

public sealed class PublishTests
{
    [Fact]
    public async Task What_is_built_for_this_host_is_not_published()
    {
        // Nothing is built, as the tests run from what is built; so the guard is what stops it, or nothing does.
        var output = Directory.CreateTempSubdirectory("pipeline-publish-");
        using var publish = Process.Start(new ProcessStartInfo("dotnet",
            ["publish", SourceFolder.PathOf("Functions", "Functions.csproj"), "-c", Configuration, "--no-build", "--no-restore", "-o", output.FullName, "-nodeReuse:false"])
        { RedirectStandardOutput = true })!;
        var said = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, publish.ExitCode);
        Assert.Contains("run 'dotnet publish Functions -c Release -p:FunctionsHost=Azure'", said, StringComparison.Ordinal);
        Assert.Empty(output.GetFileSystemInfos());
        output.Delete();
    }

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
}
