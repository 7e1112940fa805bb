using System.Reflection;
using Pipeline.Functions.Pages;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Supply;

public sealed class PackageUseTests
{
    // Packages that no code uses, each with the reason for its reference.
    private static readonly Dictionary<string, string> UnusedByCode = new()
    {
        ["Functions: Microsoft.Azure.Functions.Worker.Sdk"] = "generates the code by which the worker finds and calls functions",
        ["LocalHost: Grpc.Tools"] = "generates code from worker.proto",
    };

    public static TheoryData<string> Projects => ["Core", "Functions", "LocalHost", "Admin"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_package_of_the_app_is_used_by_the_code_that_references_it(string project)
    {
        var used = AssemblyOf(project).GetReferencedAssemblies().Select(assembly => assembly.Name).ToHashSet();
        var packages = PackageReferences.Of(SourceFolder.PathOf(project, $"{project}.csproj")).ToList();
        Assert.NotEmpty(packages);

        var unused = packages.Where(package => !Assemblies(package).Any(used.Contains)).ToList();

        Assert.All(unused, package => Assert.True(
            UnusedByCode.ContainsKey($"{project}: {package}"),
            $"{project} references {package}, but no code uses it. Remove it from {project}.csproj, "
            + $"or add the reason to {nameof(UnusedByCode)}."));
        Assert.All(packages.Except(unused), package => Assert.False(
            UnusedByCode.ContainsKey($"{project}: {package}"),
            $"{project} uses {package}. Remove it from {nameof(UnusedByCode)}."));
    }

    [Fact]
    public void Every_package_in_Directory_Packages_props_is_referenced_by_a_project()
    {
        var referenced = PackageReferences.Projects.SelectMany(PackageReferences.Of);

        Assert.Empty(Versions.Keys.Except(referenced));
    }

    private static Assembly AssemblyOf(string project) => project switch
    {
        "Core" => typeof(PipelineStorage).Assembly,
        "Functions" => typeof(Page).Assembly,
        "Admin" => typeof(Pipeline.Admin.AdminApplication).Assembly,
        _ => typeof(Pipeline.LocalHost.Settings.CommandLine).Assembly,
    };

    private static Dictionary<string, string> Versions => SourceFolder.Xml("Directory.Packages.props").Descendants("PackageVersion")
        .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);

    private static IEnumerable<string?> Assemblies(string package)
    {
        // A package of tools has no folder "lib".
        var folder = new DirectoryInfo(Path.Combine(SourceFolder.PackageFolder(package, Versions[package]), "lib"));
        return folder.Exists
            ? folder.GetFiles("*.dll", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file.Name))
            : [];
    }
}
