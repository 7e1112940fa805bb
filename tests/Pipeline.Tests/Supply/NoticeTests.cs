using Xunit;

namespace Pipeline.Tests.Supply;

public sealed class NoticeTests
{
    // All of them let us run, change and pass on what is under them, and none asks for the source of our own code.
    private static readonly HashSet<string> Allowed = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MS-PL"];

    // Nothing under these is passed on, as it serves development alone. Under MPL-2.0 changes to its own files would have to be published.
    private static readonly HashSet<string> AllowedInDevelopment = [.. Allowed, "MPL-2.0", "ISC", "0BSD", "BlueOak-1.0.0", "public domain", ThirdParty.DotNetLibrary];

    [Fact]
    public void NOTICE_names_the_packages_that_the_lock_files_name()
    {
        var file = SourceFolder.PathOf("NOTICE");
        var expected = Notice.Text();
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_NOTICE") is { Length: > 0 })
            File.WriteAllText(file, expected);

        string[] there = File.Exists(file) ? File.ReadAllLines(file) : [];
        var (missing, gone) = (expected.TrimEnd().Split('\n').Except(there), there.Except(expected.Split('\n')));
        Assert.True(
            string.Join('\n', there) == expected.TrimEnd(),
            $"NOTICE is out of date; its first lines say how it is written anew. Missing: {string.Join(" | ", missing)}. No longer true: {string.Join(" | ", gone)}");
    }

    [Fact]
    public void Every_package_is_under_a_licence_that_we_can_keep() => Assert.Empty(
        Notice.Shipped.Where(package => !Allowed.Contains(package.Licence))
            .Concat(Notice.OfDevelopment.Concat(Notice.FromNpm).Where(package => !AllowedInDevelopment.Contains(package.Licence)))
            .Select(package => package.Licence == "unknown"
                ? $"{package} does not say its licence in SPDX's words: read it, and write down in ThirdParty what it is."
                : $"{package} is under {package.Licence}, which nobody has allowed: look whether we can keep its terms, and add it to NoticeTests or do without the package."));

    [Fact]
    public void What_is_deployed_is_told_from_what_serves_development()
    {
        Assert.Contains(Notice.Shipped, package => package.Name == "SendGrid");
        Assert.Contains(Notice.OfDevelopment, package => package.Name == "Microsoft.Azure.WebJobs");
        Assert.Empty(Notice.Shipped.Select(package => package.Name).Intersect(Notice.OfDevelopment.Select(package => package.Name)));
        Assert.DoesNotContain(Notice.Shipped, package => package.Name.StartsWith("xunit", StringComparison.Ordinal));
    }
}
