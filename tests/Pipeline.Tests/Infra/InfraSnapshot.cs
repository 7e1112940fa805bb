using System.Text.Json;
using Pipeline.Tests.Supply;

namespace Pipeline.Tests.Infra;

/// <summary>The resources of a deployment with one of the parameter files, as checked by 'dotnet build infra'.</summary>
internal sealed class InfraSnapshot(string name)
{
    private static readonly Dictionary<string, string> RoleNames = new()
    {
        ["acdd72a7-3385-48ef-bd42-f606fba81ae7"] = "Reader",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    public IReadOnlyList<JsonElement> Resources { get; } = [.. SourceFolder.Json("infra", $"{name}.snapshot.json")
        .GetProperty("predictedResources").EnumerateArray()];

    public IEnumerable<JsonElement> OfType(string type) => Resources.Where(resource => Text(resource, "type") == type);

    public JsonElement Site => OfType("Microsoft.Web/sites").Single();

    public IReadOnlyDictionary<string, string> Settings =>
        Site.GetProperty("properties").GetProperty("siteConfig").GetProperty("appSettings").EnumerateArray()
            .ToDictionary(setting => Text(setting, "name"), setting => Text(setting, "value"));

    /// <summary>The role assignments, as "app: Reader on stdata".</summary>
    public IEnumerable<string> Roles =>
        from assignment in OfType("Microsoft.Authorization/roleAssignments")
        let properties = assignment.GetProperty("properties")
        let scope = Text(assignment, "id").Split("/providers/Microsoft.Authorization/")[0].Split('/')[^1]
        let who = Text(properties, "principalId") switch
        {
            "00000000-0000-0000-0000-000000000001" => "editors",
            "00000000-0000-0000-0000-000000000002" => "operators",
            var expression when expression.Contains("/userAssignedIdentities/id-pipeline-", StringComparison.Ordinal) => "app",
            var other => other,
        }
        let role = Text(properties, "roleDefinitionId").Split('/')[^1]
        let resource = scope.Contains("pipeline", StringComparison.Ordinal) ? scope.Split('-')[0] : WithoutHash(scope)
        select $"{who}: {RoleNames.GetValueOrDefault(role, role)} on {resource}";

    public static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    // Names of accounts and of the vault end in a hash of the resource group.
    private static string WithoutHash(string scope) => scope == "backups" ? scope : scope[..^13].TrimEnd('-');
}
