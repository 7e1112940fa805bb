namespace Pipeline.Tests.Supply;

/// <summary>The file NOTICE: packages of others with their licences, from the lock files and the packages.</summary>
public static class Notice
{
    private static readonly string[] NpmFolders = ["LocalHost/Azurite", "tests/EndToEnd.Tests/html"];

    /// <summary>Packages in the deployed app.</summary>
    public static IReadOnlyList<ThirdParty> Shipped { get; } =
        [.. InOrder(LockFile.Read(SourceFolder.PathOf("Functions", "packages.lock.json")).Packages
            .Select(package => ThirdParty.OfNuGet(package.Name, package.Version)))];

    /// <summary>Packages that only Admin, LocalHost and the tests use.</summary>
    public static IReadOnlyList<ThirdParty> OfDevelopment { get; } =
        [.. InOrder(LockFiles().SelectMany(file => LockFile.Read(file).Packages).Distinct()
            .ExceptBy(Shipped.Select(package => package.Name), package => package.Name)
            .Select(package => ThirdParty.OfNuGet(package.Name, package.Version)))];

    /// <summary>All packages from npm, including indirect ones. They are used in development only.</summary>
    public static IReadOnlyList<ThirdParty> FromNpm { get; } =
        [.. NpmFolders.SelectMany(folder => ThirdParty.OfNpm(NpmLockFile(folder)))];

    public static string Text() => $"""
        Pipeline is under the licence in LICENSE. It is built on the work of others, listed here with version, licence (as SPDX
        abbreviates it: https://spdx.org/licenses/), copyright and project.

        NoticeTests makes this file from the lock files and the packages, and fails where it is out of date. To write it anew, build
        tests/Pipeline.Tests and run

            PIPELINE_WRITE_NOTICE=1 tests/Pipeline.Tests/bin/Debug/net10.0/Pipeline.Tests -class Pipeline.Tests.Supply.NoticeTests

        What is deployed
        ================

        {Lines(Shipped)}
        What else is used: Admin, LocalHost, the tests, the check of infra
        ==================================================================

        None of it is deployed.

        {Lines([.. OfDevelopment, Bicep()])}
        From npm, each with what its package-lock.json names:

        {Lines(NpmFolders.SelectMany(folder => ThirdParty.DirectOfNpm(NpmLockFile(folder))))}
        """.TrimEnd() + "\n";

    private static string Lines(IEnumerable<ThirdParty> packages) => string.Concat(packages.Select(package =>
        $"{package.Name} {package.Version}  {package.Licence}\n"
        + (package.Owner.Length == 0 ? "" : $"    {package.Owner}\n")
        + $"    {package.Address}\n"));

    private static IEnumerable<ThirdParty> InOrder(IEnumerable<ThirdParty> packages) => packages
        .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase)
        .ThenBy(package => package.Version, StringComparer.Ordinal);

    private static IEnumerable<string> LockFiles() => PackageReferences.Projects
        .Select(project => Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")).Where(File.Exists);

    private static string NpmLockFile(string folder) => SourceFolder.PathOf(folder, "package-lock.json");

    // infra.csproj downloads it for the platform of the machine, so that no lock file has it.
    private static ThirdParty Bicep() => new(
        "Azure.Bicep.CommandLine", SourceFolder.Xml("Directory.Packages.props").Descendants("BicepVersion").Single().Value, "MIT",
        "© Microsoft Corporation. All rights reserved.", "https://github.com/Azure/bicep");
}
