using System.Text.Json;
using System.Xml.Linq;

namespace Pipeline.Tests.Supply;

/// <summary>A package of somebody else's.</summary>
/// <param name="Licence">As SPDX abbreviates it.</param>
/// <param name="Owner">Who has the copyright.</param>
/// <param name="Address">Of the project.</param>
public sealed record ThirdParty(string Name, string Version, string Licence, string Owner, string Address)
{
    /// <summary>Microsoft's licence for the libraries of .NET before they were under MIT. It has no name of SPDX's.</summary>
    public const string DotNetLibrary = "LicenseRef-Microsoft-.NET-Library";

    // These packages do not say their licence in SPDX's words. It was read in the file or at the address that they name; a new version is to be read again.
    private static readonly Dictionary<string, string> ReadByAPerson = new()
    {
        ["Apache.Arrow 22.1.0"] = "Apache-2.0", // LICENSE.txt
        ["Microsoft.AspNet.WebApi.Client 5.2.8"] = DotNetLibrary, // NET_Library_EULA_ENU.txt
        ["Microsoft.AspNetCore.Mvc.WebApiCompatShim 2.2.0"] = "Apache-2.0", // LICENSE.txt of ASP.NET Core 2.0.0
        ["Microsoft.Azure.WebJobs.Extensions 3.0.6"] = "MIT", // LICENSE.txt of the project; the package has an address that forwards
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

    // A lock file of npm's does not say where a project lives.
    private static readonly Dictionary<string, string> NpmProjects = new()
    {
        ["azurite"] = "https://github.com/Azure/Azurite",
        ["html-validate"] = "https://html-validate.org",
    };

    public override string ToString() => $"{Name} {Version}";

    public static ThirdParty OfNuGet(string name, string version)
    {
        var nuspec = XDocument.Load(Path.Combine(SourceFolder.PackageFolder(name, version), $"{name.ToLowerInvariant()}.nuspec"));
        var said = nuspec.Root!.Elements().Single(element => element.Name.LocalName == "metadata").Elements().ToLookup(element => element.Name.LocalName);
        var licence = said["license"].FirstOrDefault(element => element.Attribute("type")?.Value == "expression")?.Value;
        var repository = said["repository"].FirstOrDefault()?.Attribute("url")?.Value;
        return new ThirdParty(
            name, version,
            licence ?? Read(name, version),
            OnOneLine(said["copyright"].FirstOrDefault()?.Value ?? said["authors"].First().Value),
            repository?.StartsWith("https://", StringComparison.Ordinal) == true ? repository.Replace(".git", "") : said["projectUrl"].First().Value);
    }

    /// <summary>Everything that npm installs into a folder of ours.</summary>
    public static IEnumerable<ThirdParty> OfNpm(string lockFile)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        foreach (var package in json.RootElement.GetProperty("packages").EnumerateObject().Where(each => each.Name.Length > 0))
        {
            const string Folder = "node_modules/";
            var name = package.Name[(package.Name.LastIndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];
            var version = package.Value.GetProperty("version").GetString()!;
            var licence = package.Value.TryGetProperty("license", out var said) && said.GetString() is { } text && !text.Contains("://") ? text : Read(name, version);
            yield return new ThirdParty(name, version, licence, "", NpmProjects.GetValueOrDefault(name, ""));
        }
    }

    /// <summary>What a folder of ours asks npm for by name.</summary>
    public static IEnumerable<ThirdParty> AskedOfNpm(string lockFile)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        string[] names = [.. json.RootElement.GetProperty("packages").GetProperty("").GetProperty("dependencies").EnumerateObject().Select(each => each.Name)];
        return [.. OfNpm(lockFile).Where(package => names.Contains(package.Name))];
    }

    private static string Read(string name, string version) => ReadByAPerson.GetValueOrDefault($"{name} {version}", "unknown");

    private static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
