using Microsoft.Extensions.Configuration;
using Pipeline.Backups;
using Xunit;

namespace Pipeline.Core.Tests.Backups;

public sealed class BackupContainerTests
{
    private const string KeyedContainer = "https://keyed.blob.core.windows.net/backups";
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=keyed;AccountKey=a2V5;EndpointSuffix=core.windows.net";

    [Theory]
    [InlineData(KeyedContainer, "BackupStorage", Account, "AzureWebJobsStorage", "UseDevelopmentStorage=true")]
    [InlineData("https://named.blob.core.windows.net/backups", "BackupStorage:accountName", "named", "AzureWebJobsStorage", Account)]
    [InlineData(
        "https://blobs.example.org/backups",
        "BackupStorage:blobServiceUri", "https://blobs.example.org", "BackupStorage:clientId", "id")]
    [InlineData(KeyedContainer, "AzureWebJobsStorage", Account, "BackupStorage", "")]
    [InlineData(
        "https://host.blob.core.windows.net/backups",
        "AzureWebJobsStorage:accountName", "host", "AzureWebJobsStorage:credential", "managedidentity")]
    [InlineData(
        "https://blobs.example.org/backups",
        "AzureWebJobsStorage:blobServiceUri", "https://blobs.example.org",
        "AzureWebJobsStorage:queueServiceUri", "https://queues.example.org")]
    public void The_settings_decide_where_backups_are_kept(string expected, params string[] settings) =>
        Assert.Equal(new Uri(expected), Container(settings).Address);

    [Theory]
    [InlineData("The setting BackupStorage is missing")]
    [InlineData("The setting BackupStorage is neither", "BackupStorage", "secret")]
    [InlineData("The setting BackupStorage is neither", "BackupStorage:blobServiceUri", "no address")]
    [InlineData("The setting BackupStorage is neither", "BackupStorage:acountName", "mistyped", "AzureWebJobsStorage", Account)]
    [InlineData("The setting AzureWebJobsStorage is neither", "AzureWebJobsStorage:accountName", "no name")]
    public void A_wrong_setting_is_named_when_the_address_is_used(string sentence, params string[] settings)
    {
        var container = Container(settings);

        var fault = Assert.Throws<BackupException>(() => container.Address);

        Assert.StartsWith(sentence, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    /// <param name="settings">Names and values in turns.</param>
    private static BackupContainer Container(string[] settings)
    {
        var pairs = settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));
        return new BackupContainer(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build(), [], TimeProvider.System);
    }
}
