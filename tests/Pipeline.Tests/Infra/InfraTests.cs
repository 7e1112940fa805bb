using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Digests;
using Pipeline.Functions.Http;
using Pipeline.Site;
using Pipeline.Storage;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.Tests.Infra;

/// <summary>What must hold whatever the snapshots say: those anybody can write anew.</summary>
public sealed partial class InfraTests
{
    // What the host and the libraries read; all else is Pipeline's own.
    private static readonly string[] HostSettings =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID", "AzureWebJobsDisableHomepage",
        "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__credential",
        "PipelineStorage__clientId", "PipelineStorage__credential", "PipelineStorage__queueServiceUri", "PipelineStorage__tableServiceUri",
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

    private static readonly string[] PeoplesRoles =
    [
        "editors: Reader on stdata",
        "editors: Storage Queue Data Contributor on stdata",
        "editors: Storage Table Data Contributor on stdata",
        "operators: Storage Blob Data Reader on backups",
    ];

    public static TheoryData<string> Deployments => new("dev", "prod");

    [Theory, MemberData(nameof(Deployments))]
    public void Nothing_speaks_less_than_TLS_1_2_or_takes_a_key(string deployment)
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
        Assert.True(snapshot.OfType("Microsoft.Insights/components").Single().GetProperty("properties").GetProperty("DisableLocalAuth").GetBoolean());
        Assert.True(snapshot.OfType("Microsoft.OperationalInsights/workspaces").Single().GetProperty("properties").GetProperty("features")
            .GetProperty("disableLocalAuth").GetBoolean());
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Tables_and_queues_are_those_that_the_app_creates(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);
        var storage = new PipelineStorage(Configuration(new() { [PipelineStorage.Connection] = "UseDevelopmentStorage=true" }), []);

        Assert.Equal(storage.Tables.Select(table => table.Name).Order(), Names(snapshot, "Microsoft.Storage/storageAccounts/tableServices/tables"));
        Assert.Equal(storage.Queues.Select(queue => queue.Name).Order(), Names(snapshot, "Microsoft.Storage/storageAccounts/queueServices/queues"));
    }

    [Fact]
    public void Everybody_has_the_roles_they_need_and_no_other()
    {
        Assert.Equal(AppRoles.Order(), new InfraSnapshot("dev").Roles.Order());
        Assert.Equal(AppRoles.Concat(PeoplesRoles).Order(), new InfraSnapshot("prod").Roles.Order());
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Whatever_takes_tags_has_them(string deployment)
    {
        // Only what belongs to something else has no place of its own, and no tags.
        var placed = new InfraSnapshot(deployment).Resources.Where(resource => resource.TryGetProperty("location", out _)).ToList();

        Assert.NotEmpty(placed);
        Assert.All(placed, resource =>
        {
            var tags = resource.GetProperty("tags");
            Assert.Equal("pipeline", InfraSnapshot.Text(tags, "application"));
            Assert.Equal(deployment, InfraSnapshot.Text(tags, "environment"));
        });
        Assert.Equal("functions", InfraSnapshot.Text(new InfraSnapshot(deployment).Site.GetProperty("tags"), "azd-service-name"));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Every_setting_is_one_that_is_read(string deployment)
    {
        var sample = JsonDocument.Parse(File.ReadAllText(SourceFolder.PathOf("local.settings.sample.json"))).RootElement.GetProperty("Values");
        var own = sample.EnumerateObject().Select(setting => setting.Name).Where(setting => setting.Contains("__", StringComparison.Ordinal));

        Assert.Empty(new InfraSnapshot(deployment).Settings.Keys.Except([.. HostSettings, .. own, "SendGrid__ApiKey"]));
        Assert.Empty(HostSettings.Except(new InfraSnapshot(deployment).Settings.Keys));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void The_app_starts_with_these_settings(string deployment)
    {
        var settings = new InfraSnapshot(deployment).Settings.ToDictionary(
            setting => setting.Key.Replace("__", ":", StringComparison.Ordinal),
            setting => (string?)(setting.Key.StartsWith("Tokens", StringComparison.Ordinal) ? Convert.ToBase64String(new byte[32]) : setting.Value));
        settings["SendGrid:ApiKey"] = "a-key";

        using var services = new ServiceCollection().AddSingleton(Configuration(settings)).AddPipeline().AddHttp().BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();

        Assert.StartsWith("https://", services.GetRequiredService<SiteOptions>().BaseUrl.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Secrets_are_in_the_vault(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);

        var secrets = snapshot.Settings.Where(setting => setting.Key.StartsWith("Tokens__", StringComparison.Ordinal) || setting.Key == "SendGrid__ApiKey").ToList();
        Assert.Equal(2, secrets.Count);
        Assert.All(secrets, secret => Assert.StartsWith("@Microsoft.KeyVault(VaultName=kv-", secret.Value, StringComparison.Ordinal));
        Assert.DoesNotMatch(AKey(), string.Concat(snapshot.Settings.Values));
        Assert.Empty(snapshot.OfType("Microsoft.KeyVault/vaults/secrets"));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void Alerts_are_about_what_is_recorded(string deployment)
    {
        var queries = new InfraSnapshot(deployment).OfType("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => InfraSnapshot.Text(rule.GetProperty("properties").GetProperty("criteria").GetProperty("allOf")[0], "query")).ToList();

        Assert.Equal(3, queries.Count);
        Assert.Equal([DigestMetrics.OpenAgeName, DigestMetrics.RunsName], queries.SelectMany(query => Metric().Matches(query)).Select(match => match.Groups[1].Value).Order());
        Assert.Contains(queries, query => query.Contains($"{QueueNames.PoisonSuffix}/messages", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Deployments))]
    public void SendGrid_never_gets_more_calls_at_once_than_it_says_at_the_limit(string deployment)
    {
        var snapshot = new InfraSnapshot(deployment);
        var scale = snapshot.Site.GetProperty("properties").GetProperty("functionAppConfig").GetProperty("scaleAndConcurrency");

        Assert.InRange(
            scale.GetProperty("maximumInstanceCount").GetInt32() * int.Parse(snapshot.Settings["SendGrid__CallsInFlight"], System.Globalization.CultureInfo.InvariantCulture),
            1, 160);
    }

    [Fact]
    public void What_azd_asks_for_are_parameters()
    {
        var parameters = Parameter().Matches(File.ReadAllText(SourceFolder.PathOf("infra", "main.bicep"))).Select(match => match.Groups[1].Value);
        var asked = JsonDocument.Parse(File.ReadAllText(SourceFolder.PathOf("infra", "main.parameters.json"))).RootElement.GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name);

        Assert.Empty(asked.Except(parameters));
    }

    private static IEnumerable<string> Names(InfraSnapshot snapshot, string type) =>
        snapshot.OfType(type).Select(resource => InfraSnapshot.Text(resource, "name").Split('/')[^1]).Order();

    private static IConfiguration Configuration(Dictionary<string, string?> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    [GeneratedRegex("AccountKey=|sig=|SG\\.[A-Za-z0-9_-]{16}|[A-Za-z0-9+/]{43}=")]
    private static partial Regex AKey();

    [GeneratedRegex("\\bName == \"([^\"]+)\"")]
    private static partial Regex Metric();

    [GeneratedRegex("^param (\\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();
}
