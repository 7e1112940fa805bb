using Xunit;

namespace Pipeline.Tests.Supply;

public sealed class NoticeTests
{
    // These licences allow use, change and redistribution, and do not require that the source of our code is published.
    private static readonly HashSet<string> Allowed = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MS-PL"];

    // Packages under these licences are used in development only and are not redistributed.
    private static readonly HashSet<string> AllowedInDevelopment =
        [.. Allowed, "MPL-2.0", "ISC", "0BSD", "BlueOak-1.0.0", "public domain", ThirdParty.DotNetLibrary];

    [Fact]
    public void NOTICE_lists_the_packages_of_the_lock_files()
    {
        var file = SourceFolder.PathOf("NOTICE");
        var expected = Notice.Text();
        if (Environment.GetEnvironmentVariable("PIPELINE_WRITE_NOTICE") is { Length: > 0 })
            File.WriteAllText(file, expected);

        string[] there = File.Exists(file) ? File.ReadAllLines(file) : [];
        var (missing, gone) = (expected.TrimEnd().Split('\n').Except(there), there.Except(expected.Split('\n')));
        Assert.True(
            string.Join('\n', there) == expected.TrimEnd(),
            "NOTICE is out of date. Its first lines have the command that writes it. "
            + $"Missing: {string.Join(" | ", missing)}. Outdated: {string.Join(" | ", gone)}");
    }

    [Fact]
    public void Every_package_has_an_allowed_licence() => Assert.Empty(
        Notice.Shipped.Where(package => !Allowed.Contains(package.Licence))
            .Concat(Notice.OfDevelopment.Concat(Notice.FromNpm).Where(package => !AllowedInDevelopment.Contains(package.Licence)))
            .Select(package => package.Licence == "unknown"
                ? $"{package} has no SPDX licence expression. Read its licence and add it to ThirdParty."
                : $"{package} is under {package.Licence}, which is not allowed. Check its terms, then add it to NoticeTests "
                    + "or remove the package."));

    [Fact]
    public void Deployed_packages_and_packages_of_development_are_separate()
    {
        Assert.Contains(Notice.Shipped, package => package.Name == "SendGrid");
        Assert.Contains(Notice.OfDevelopment, package => package.Name == "Microsoft.Azure.WebJobs");
        Assert.Empty(Notice.Shipped.Select(package => package.Name).Intersect(Notice.OfDevelopment.Select(package => package.Name)));
        Assert.DoesNotContain(Notice.Shipped, package => package.Name.StartsWith("xunit", StringComparison.Ordinal));
    }
}
