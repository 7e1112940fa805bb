using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Pipeline.Backups;
using Pipeline.Tests.Backups;
using Xunit;

namespace Pipeline.Tests.Admin;

public sealed class BackupCommandTests(AzuriteFixture azurite)
{
    private static readonly string[] Tables =
        ["Practices", "Rejections", "IdempotencyKeys", "Subscribers", "Erasures", "Digests", "Deliveries"];

    private const string Unreachable = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=c2VjcmV0;"
        + "TableEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a";

    [Theory]
    [InlineData("There is no complete backup in http://127.0.0.1", "restore", "latest")]
    [InlineData("There is no backup yesterday", "restore", "yesterday")]
    [InlineData("There is no table practices in a backup. There are Erasures,", "restore", "latest", "--table", "practices")]
    [InlineData("A table is missing. If the account is new, start the app once", "backup")]
    [InlineData("The setting BackupStorage is neither", "backups", "--BackupStorage=secret")]
    [InlineData("The setting PipelineStorage is neither", "backup", "--PipelineStorage=secret")]
    [InlineData("The setting PipelineStorage is missing", "backup", "--PipelineStorage=")]
    [InlineData("The setting Tokens__Keys__0 should be at least 32 random bytes", "backup", "--Tokens__Keys__0=secret")]
    [InlineData("A storage account cannot be reached.", "backup", $"--PipelineStorage={Unreachable}")]
    public async Task A_failure_is_printed_as_a_sentence(string sentence, params string[] arguments)
    {
        var account = azurite.NewAccount();

        var run = await AdminRun.WithAsync(account, account, arguments);

        Assert.Equal(1, run.Code);
        Assert.Contains(sentence, run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
        Assert.DoesNotContain("secret", run.Errors);
        Assert.DoesNotContain("c2VjcmV0", run.Errors);
    }

    [Fact]
    public async Task A_backup_on_the_emulator_is_not_restored_into_Azure()
    {
        var account = azurite.NewAccount();
        await new BlobContainerClient(account, "backups").CreateAsync(cancellationToken: Cancellation);
        await new BlobClient(account, "backups", "2026-11-24T103000Z/manifest.json").UploadAsync(
            new BackupManifest(1, "", default, default, [.. Tables.Select(table => new BackupTable(table, 0, ""))]).Write(), Cancellation);

        var run = await AdminRun.WithAsync(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net", account, "restore", "latest");

        Assert.Equal(1, run.Code);
        Assert.Contains("The backups would be read from this machine", run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
    }

    [Fact]
    public async Task Redirected_output_has_plain_lines()
    {
        var (old, fresh) = (azurite.NewAccount(), azurite.NewAccount());
        foreach (var name in Tables)
            await new TableClient(old, name).CreateAsync(Cancellation);
        await new TableClient(old, "Practices").AddAsync(EdgeCaseRows.Of(250, partitions: 2));

        var backup = await AdminRun.WithAsync(old, old, "backup");
        var restore = await AdminRun.WithAsync(fresh, old, "restore", "latest", "--table", "Practices", "--table", "Digests");

        Assert.Equal(
            [
                "  IdempotencyKeys: 0 rows", "  Rejections: 0 rows", "  Practices: 250 rows", "  Digests: 0 rows", "  Deliveries: 0 rows",
                "  Subscribers: 0 rows", "  Erasures: 0 rows",
            ],
            Lines(backup)[1..^1]);
        var lines = Lines(restore);
        Assert.Equal(["  Digests: 0 rows", "  Practices: 250 rows"], lines[2..4]);
        Assert.Equal(
            [
                "                  in the backup    restored  there already    left out",
                "Digests                       0           0              0           0",
                "Practices                   250         250              0           0",
            ],
            lines[4..7]);
        Assert.StartsWith("Before PublishDigest runs again: ", lines[7], StringComparison.Ordinal);
        Assert.Equal(8, lines.Length);
        Assert.DoesNotContain('\e', backup.Output + restore.Output);
    }

    [Fact]
    public async Task The_list_needs_neither_the_tables_nor_the_keys()
    {
        var (account, empty) = (azurite.NewAccount(), Path.GetTempFileName());
        await File.WriteAllTextAsync(empty, "{}", Cancellation);

        var run = await AdminRun.OfAsync("backups", "--settings", empty, $"--BackupStorage={account}");

        File.Delete(empty);
        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.StartsWith("There are no backups in http://127.0.0.1", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_shows_incomplete_and_damaged_backups()
    {
        var account = azurite.NewAccount();
        var blobs = new BlobContainerClient(account, "backups");
        await blobs.CreateAsync(cancellationToken: Cancellation);
        await blobs.UploadBlobAsync("2026-11-24T103000Z/manifest.json", BinaryData.FromString("{"), Cancellation);
        await blobs.UploadBlobAsync("2026-11-25T103000Z/begun.txt", BinaryData.FromString("begun"), Cancellation);

        var run = await AdminRun.WithAsync(account, account, "backups");

        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.Equal(
            [
                "2026-11-25T103000Z  not completed: it cannot be restored",
                "2026-11-24T103000Z  The manifest of the backup 2026-11-24T103000Z is damaged. Use another backup.",
            ],
            Lines(run)[1..]);
    }

    [Fact]
    public async Task List_and_backup_create_no_tables()
    {
        var account = azurite.NewAccount();

        Assert.Equal(0, (await AdminRun.WithAsync(account, account, "backups")).Code);
        Assert.Equal(1, (await AdminRun.WithAsync(account, account, "backup")).Code);

        Assert.Empty(await new TableServiceClient(account).QueryAsync(cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    private static string[] Lines(AdminRun run)
    {
        Assert.Equal((0, ""), (run.Code, run.Errors));
        return run.Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }
}
