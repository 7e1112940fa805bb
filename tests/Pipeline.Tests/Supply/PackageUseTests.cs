using System.Reflection;
using Pipeline.Functions.Pages;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Supply;

public sealed class PackageUseTests
{
    // Packages that no code names, each with the reason why it is referenced all the same.
    private static readonly Dictionary<string, string> NamedByNoCode = new()
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
            NamedByNoCode.ContainsKey($"{project}: {package}"), $"{project} references {package}, but no code uses it: take it out of {project}.csproj, or say in {nameof(NamedByNoCode)} what it is for."));
        Assert.All(packages.Except(unused), package => Assert.False(
            NamedByNoCode.ContainsKey($"{project}: {package}"), $"{project} does use {package}: take it out of {nameof(NamedByNoCode)}."));
    }

    [Fact]
    public void Every_version_in_Directory_Packages_props_is_of_a_package_that_a_project_references()
    {
        var versions = SourceFolder.Xml("Directory.Packages.props").Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value);
        var referenced = PackageReferences.Projects.SelectMany(project => PackageReferences.Of(project));

        Assert.Empty(versions.Except(referenced));
    }

    private static Assembly AssemblyOf(string project) => project switch
    {
        "Core" => typeof(PipelineStorage).Assembly,
        "Functions" => typeof(Page).Assembly,
        "Admin" => typeof(Pipeline.Admin.AdminApplication).Assembly,
        _ => typeof(Pipeline.LocalHost.StartException).Assembly,
    };

    private static IEnumerable<string?> Assemblies(string package)
    {
        var version = SourceFolder.Xml("Directory.Packages.props").Descendants("PackageVersion").Single(each => each.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
        // A package of tools has none.
        var folder = new DirectoryInfo(Path.Combine(SourceFolder.PackageFolder(package, version), "lib"));
        return folder.Exists ? folder.GetFiles("*.dll", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file.Name)) : [];
    }
}
