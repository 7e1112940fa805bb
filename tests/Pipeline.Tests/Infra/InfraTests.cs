using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Digests;
using Pipeline.Functions.Http;
using Pipeline.Site;
using Pipeline.Storage;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.Tests.Infra;

/// <summary>Rules for the deployed resources. They hold also if a snapshot is written again.</summary>
public sealed partial class InfraTests
{
    // Read by the host and the libraries. All other settings are Pipeline's own.
    private static readonly string[] HostSettings =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "AZURE_CLIENT_ID",
        "AzureWebJobsDisableHomepage",
        "AzureWebJobsStorage__accountName",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__credential",
        "PipelineStorage__clientId",
        "PipelineStorage__credential",
        "PipelineStorage__queueServiceUri",
        "PipelineStorage__tableServiceUri",
    ];

    private static readonly string[] AppRoles =
    [
        "app: Key Vault Secrets User on kv",
        "app: Monitoring Metrics Publisher on appi",
        "app: Storage Blob Data Owner on sthost",
        "app: Storage Queue Data Contributor on stdata",
        "app: Storage Table Data Contributor on stdata",
        "app: Storage Table Data Contributor on sthost",
    ];

    private static readonly string[] PeopleRoles =
    [
        "editors: Reader on stdata",
        "editors: Storage Queue Data Contributor on stdata",
        "editors: Storage Table Data Contributor on stdata",
        "operators: Storage Blob Data Reader on backups",
    ];

    public static TheoryData<string> Deployments => new("dev", "prod");

    [Theory, MemberData(nameof(Deployments))]
    public void Resources_require_TLS_1_2_and_accept_no_keys(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);

        var accounts = snapshot.OfType("Microsoft.Storage/storageAccounts").Select(account => account.GetProperty("properties")).ToList();
        Assert.Equal(2, accounts.Count);
        Assert.All(accounts, account =>
        {
            Assert.Contains(InfraSnapshot.Text(account, "minimumTlsVersion"), new[] { "TLS1_2", "TLS1_3" });
            Assert.True(account.GetProperty("supportsHttpsTrafficOnly").GetBoolean());
            Assert.False(account.GetProperty("allowSharedKeyAccess").GetBoolean());
            Assert.False(account.GetProperty("allowBlobPublicAccess").GetBoolean());
        });

        var site = snapshot.Site.GetProperty("properties");
        Assert.True(site.GetProperty("httpsOnly").GetBoolean());
        Assert.Contains(InfraSnapshot.Text(site.GetProperty("siteConfig"), "minTlsVersion"), new[] { "1.2", "1.3" });
        Assert.Contains(InfraSnapshot.Text(site.GetProperty("siteConfig"), "scmMinTlsVersion"), new[] { "1.2", "1.3" });
        var profiles = snapshot.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies").ToList();
        Assert.Equal(2, profiles.Count);
        Assert.All(profiles, profile => Assert.False(profile.GetProperty("properties").GetProperty("allow").GetBoolean()));
        Assert.Equal("UserAssignedIdentity", InfraSnapshot.Text(
            site.GetProperty("functionAppConfig").GetProperty("deployment").GetProperty("storage").GetProperty("authentication"), "type"));

        var vault = snapshot.OfType("Microsoft.KeyVault/vaults").Single().GetProperty("properties");
        Assert.True(vault.GetProperty("enableRbacAuthorization").GetBoolean());
        Assert.True(vault.GetProperty("enablePurgeProtection").GetBoolean());
        var insights = snapshot.OfType("Microsoft.Insights/components").Single().GetProperty("properties");
        Assert.True(insights.GetProperty("DisableLocalAuth").GetBoolean());
        var workspace = snapshot.OfType("Microsoft.OperationalInsights/workspaces").Single().GetProperty("properties");
        Assert.True(workspace.GetProperty("features").GetProperty("disableLocalAuth").GetBoolean());
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Tables_and_queues_are_those_that_the_app_creates(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);
        var storage = new PipelineStorage(
            Configuration(new() { [PipelineStorage.Connection] = "UseDevelopmentStorage=true" }), [], TimeProvider.System,
            NullLogger<PipelineStorage>.Instance);

        var tables = Names(snapshot, "Microsoft.Storage/storageAccounts/tableServices/tables");
        Assert.Equal(storage.Tables.Select(table => table.Name).Order(), tables);
        var queues = Names(snapshot, "Microsoft.Storage/storageAccounts/queueServices/queues");
        Assert.Equal(storage.AllQueues.Select(queue => queue.Name).Order(), queues);
    }

    [Fact]
    public void The_app_and_people_have_only_the_roles_they_need()
    {
        Assert.Equal(AppRoles.Order(), new InfraSnapshot("dev").Roles.Order());
        Assert.Equal(AppRoles.Concat(PeopleRoles).Order(), new InfraSnapshot("prod").Roles.Order());
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Every_resource_that_can_have_tags_has_them(string deployment)
    {
        // A child resource has neither a location nor tags.
        var located = new InfraSnapshot(deployment).Resources.Where(resource => resource.TryGetProperty("location", out _)).ToList();

        Assert.NotEmpty(located);
        Assert.All(located, resource =>
        {
            var tags = resource.GetProperty("tags");
            Assert.Equal("pipeline", InfraSnapshot.Text(tags, "application"));
            Assert.Equal(deployment, InfraSnapshot.Text(tags, "environment"));
        });
        Assert.Equal("functions", InfraSnapshot.Text(new InfraSnapshot(deployment).Site.GetProperty("tags"), "azd-service-name"));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Every_setting_of_the_deployment_is_used(string deployment)
    {
        var sample = SourceFolder.Json("local.settings.sample.json").GetProperty("Values");
        var own = sample.EnumerateObject().Select(setting => setting.Name)
            .Where(setting => setting.Contains("__", StringComparison.Ordinal));

        Assert.Empty(new InfraSnapshot(deployment).Settings.Keys.Except([.. HostSettings, .. own, "SendGrid__ApiKey"]));
        Assert.Empty(HostSettings.Except(new InfraSnapshot(deployment).Settings.Keys));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void The_app_starts_with_the_settings_of_the_deployment(string deployment)
    {
        var key = Convert.ToBase64String(new byte[32]);
        var settings = new InfraSnapshot(deployment).Settings.ToDictionary(
            setting => setting.Key.Replace("__", ":", StringComparison.Ordinal),
            setting => (string?)(setting.Key.StartsWith("Tokens", StringComparison.Ordinal) ? key : setting.Value));
        settings["SendGrid:ApiKey"] = "a-key";

        using var services = new ServiceCollection().AddSingleton(Configuration(settings)).AddPipeline().AddHttp().BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();

        Assert.StartsWith("https://", services.GetRequiredService<SiteOptions>().BaseUrl.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Secrets_are_in_the_vault(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);

        var secrets = snapshot.Settings
            .Where(setting => setting.Key.StartsWith("Tokens__", StringComparison.Ordinal) || setting.Key == "SendGrid__ApiKey")
            .ToList();
        Assert.Equal(2, secrets.Count);
        Assert.All(secrets, secret => Assert.StartsWith("@Microsoft.KeyVault(VaultName=kv-", secret.Value, StringComparison.Ordinal));
        Assert.DoesNotMatch(Secret(), string.Concat(snapshot.Settings.Values));
        Assert.Empty(snapshot.OfType("Microsoft.KeyVault/vaults/secrets"));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Alerts_query_metrics_that_the_app_records(string deployment)
    {
        var queries = new InfraSnapshot(deployment).OfType("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0])
            .Select(criterion => InfraSnapshot.Text(criterion, "query"))
            .ToList();

        Assert.Equal(3, queries.Count);
        var metrics = queries.SelectMany(query => Metric().Matches(query)).Select(match => match.Groups[1].Value);
        Assert.Equal([DigestMetrics.OpenAgeName, DigestMetrics.RunsName], metrics.Order());
        Assert.Contains(queries, query => query.Contains($"{QueueNames.PoisonSuffix}/messages", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void All_instances_together_send_at_most_160_calls_to_SendGrid_at_once(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);
        var scale = snapshot.Site.GetProperty("properties").GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency");
        var callsOfOne = int.Parse(snapshot.Settings["SendGrid__CallsInFlight"], CultureInfo.InvariantCulture);

        Assert.InRange(scale.GetProperty("maximumInstanceCount").GetInt32() * callsOfOne, 1, 160);
    }

    [Fact]
    public void The_parameters_of_azd_are_parameters_of_main_bicep()
    {
        var bicep = File.ReadAllText(SourceFolder.PathOf("infra", "main.bicep"));
        var parameters = Parameter().Matches(bicep).Select(match => match.Groups[1].Value);
        var ofAzd = SourceFolder.Json("infra", "main.parameters.json").GetProperty("parameters").EnumerateObject();

        Assert.Empty(ofAzd.Select(parameter => parameter.Name).Except(parameters));
    }

    private static IEnumerable<string> Names(InfraSnapshot snapshot, string type) =>
        snapshot.OfType(type).Select(resource => InfraSnapshot.Text(resource, "name").Split('/')[^1]).Order();

    private static IConfiguration Configuration(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    [GeneratedRegex("AccountKey=|sig=|SG\\.[A-Za-z0-9_-]{16}|[A-Za-z0-9+/]{43}=")]
    private static partial Regex Secret();

    [GeneratedRegex("\\bName == \"([^\"]+)\"")]
    private static partial Regex Metric();

    [GeneratedRegex("^param (\\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();
}
