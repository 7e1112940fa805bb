using System.Text.Json;
using System.Xml.Linq;

namespace Pipeline.Tests.Supply;

/// <param name="Licence">The SPDX identifier of its licence.</param>
/// <param name="Owner">The holder of the copyright.</param>
/// <param name="Address">The web address of the project.</param>
public sealed record ThirdParty(string Name, string Version, string Licence, string Owner, string Address)
{
    /// <summary>Microsoft's licence for the libraries of .NET before they were under MIT. SPDX has no identifier for it.</summary>
    public const string DotNetLibrary = "LicenseRef-Microsoft-.NET-Library";

    // Packages without an SPDX expression. A person read the licence in the file or at the address that the package names,
    // and has to read it again for a new version.
    private static readonly Dictionary<string, string> ReadByAPerson = new()
    {
        ["Apache.Arrow 22.1.0"] = "Apache-2.0", // LICENSE.txt
        ["Microsoft.AspNet.WebApi.Client 5.2.8"] = DotNetLibrary, // NET_Library_EULA_ENU.txt
        ["Microsoft.AspNetCore.Mvc.WebApiCompatShim 2.2.0"] = "Apache-2.0", // LICENSE.txt of ASP.NET Core 2.0.0
        ["Microsoft.Azure.WebJobs.Extensions 3.0.6"] = "MIT", // LICENSE.txt of the project; the address in the package redirects
        ["Microsoft.Azure.WebJobs.Extensions.Http 3.2.0"] = "MIT", // likewise
        ["Microsoft.NETCore.Platforms 1.1.0"] = DotNetLibrary, // https://go.microsoft.com/fwlink/?LinkId=329770
        ["NCrontab.Signed 3.4.0"] = "Apache-2.0", // COPYING.txt
        ["ncrontab.signed 3.3.0"] = "Apache-2.0", // https://www.apache.org/licenses/LICENSE-2.0
        ["NETStandard.Library 1.6.1"] = DotNetLibrary, // https://go.microsoft.com/fwlink/?LinkId=329770
        ["Newtonsoft.Json.Bson 1.0.1"] = "MIT", // LICENSE.md of the project
        ["starkbank-ecdsa 1.3.3"] = "MIT", // https://opensource.org/licenses/MIT
        ["System.ComponentModel.Annotations 4.4.0"] = "MIT", // LICENSE.TXT of the project
        ["System.Security.Cryptography.ProtectedData 4.5.0"] = "MIT", // LICENSE.TXT
        ["uri-templates 0.2.0"] = "public domain", // README.md
    };

    // The lock file of npm does not have the address of a project.
    private static readonly Dictionary<string, string> NpmProjects = new()
    {
        ["azurite"] = "https://github.com/Azure/Azurite",
        ["html-validate"] = "https://html-validate.org",
    };

    public override string ToString() => $"{Name} {Version}";

    public static ThirdParty OfNuGet(string name, string version)
    {
        var nuspec = XDocument.Load(Path.Combine(SourceFolder.PackageFolder(name, version), $"{name.ToLowerInvariant()}.nuspec"));
        var metadata = nuspec.Root!.Elements().Single(element => element.Name.LocalName == "metadata").Elements()
            .ToLookup(element => element.Name.LocalName);
        var licence = metadata["license"].FirstOrDefault(element => element.Attribute("type")?.Value == "expression")?.Value;
        var repository = metadata["repository"].FirstOrDefault()?.Attribute("url")?.Value;
        return new ThirdParty(
            name,
            version,
            licence ?? Read(name, version),
            OnOneLine(metadata["copyright"].FirstOrDefault()?.Value ?? metadata["authors"].First().Value),
            repository?.StartsWith("https://", StringComparison.Ordinal) == true
                ? repository.Replace(".git", "")
                : metadata["projectUrl"].First().Value);
    }

    /// <summary>All packages that npm installs for a lock file.</summary>
    public static IEnumerable<ThirdParty> OfNpm(string lockFile)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        foreach (var package in json.RootElement.GetProperty("packages").EnumerateObject().Where(each => each.Name.Length > 0))
        {
            const string Folder = "node_modules/";
            var name = package.Name[(package.Name.LastIndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];
            var version = package.Value.GetProperty("version").GetString()!;
            var licence = package.Value.TryGetProperty("license", out var license) ? license.GetString() : null;
            var isName = licence is not null && !licence.Contains("://");
            yield return new ThirdParty(
                name, version, isName ? licence! : Read(name, version), "", NpmProjects.GetValueOrDefault(name, ""));
        }
    }

    public static IEnumerable<ThirdParty> DirectOfNpm(string lockFile)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        var root = json.RootElement.GetProperty("packages").GetProperty("");
        string[] names = [.. root.GetProperty("dependencies").EnumerateObject().Select(each => each.Name)];
        return [.. OfNpm(lockFile).Where(package => names.Contains(package.Name))];
    }

    private static string Read(string name, string version) => ReadByAPerson.GetValueOrDefault($"{name} {version}", "unknown");

    private static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
