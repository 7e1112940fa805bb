using Azure.Data.Tables;
using Pipeline.LocalHost.Settings;
using Pipeline.Tests;
using Pipeline.Tests.Backups;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Backups;

/// <summary>The commands as an operator types them: the built app, its output and its exit code.</summary>
public sealed class BackupCommandTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Back_up_list_and_restore_into_another_account()
    {
        var (old, fresh) = (azurite.NewAccount(), azurite.NewAccount());
        var tables = new TableServiceClient(old);
        foreach (var name in new[] { "Practices", "Rejections", "IdempotencyKeys", "Subscribers", "Erasures", "Digests", "Deliveries" })
            await tables.GetTableClient(name).CreateAsync(Cancellation);
        await tables.GetTableClient("Practices").AddAsync(AwkwardRows.Of(250, partitions: 2));

        var (code, output) = await RunAsync(old, old, "--backup");
        Assert.Equal(0, code);
        Assert.Contains("250 rows: IdempotencyKeys 0, Rejections 0, Practices 250", output);

        (code, output) = await RunAsync(fresh, old, "--backups");
        Assert.Equal(0, code);
        Assert.Contains("newest first\n20", output);
        var backup = output.Split('\n').Last(line => line.Length > 0).Split(' ')[0];

        (code, output) = await RunAsync(fresh, old, "--restore", backup, "--table", "Practices");
        Assert.Equal(0, code);
        Assert.Matches(@"Practices +250 +250 +0 +0", output);
        Assert.DoesNotContain("Rejections", output);
        Assert.Contains("docs/restore.md", output);

        (code, output) = await RunAsync(fresh, old, "--restore", "latest");
        Assert.Equal(0, code);
        Assert.Matches(@"Practices +250 +0 +250 +0", output);
        // It serves nothing and starts no function, so nothing was made but what it restored.
        Assert.DoesNotContain("Ctrl+C", output);
        Assert.Equal(7, await new TableServiceClient(fresh).QueryAsync(cancellationToken: Cancellation).CountAsync(Cancellation));
    }

    [Theory]
    [InlineData("There is no whole backup in http://127.0.0.1", "--restore", "latest")]
    [InlineData("There is no backup yesterday", "--restore", "yesterday")]
    [InlineData("A table is missing. Where the account is new, start the app once", "--backup")]
    [InlineData("The setting BackupStorage is neither", "--backups", "--BackupStorage=abc")]
    [InlineData("The backups would be read from this machine", "--restore", "latest", "--PipelineStorage=DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net")]
    [InlineData("Storage cannot be reached.", "--backup", "--PipelineStorage=DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a")]
    public async Task What_fails_is_a_sentence(string sentence, params string[] arguments)
    {
        var account = azurite.NewAccount();
        if (sentence.Contains("from this machine"))
            await new Azure.Storage.Blobs.BlobContainerClient(account, "backups").CreateAsync(cancellationToken: Cancellation);
        if (sentence.Contains("from this machine"))
            await new Azure.Storage.Blobs.BlobClient(account, "backups", "2026-11-24T103000Z/manifest.json").UploadAsync(
                new Pipeline.Backups.BackupManifest(
                    1, "", default, default, [.. new[] { "Practices", "Rejections", "IdempotencyKeys", "Subscribers", "Erasures", "Digests", "Deliveries" }.Select(table => new Pipeline.Backups.BackupTable(table, 0, ""))])
                    .Write(), Cancellation);

        var (code, output) = await RunAsync(account, account, arguments);

        Assert.Equal(1, code);
        Assert.Contains(sentence, output);
        Assert.DoesNotContain("   at ", output);
    }

    [Theory]
    [InlineData("restore", "latest", "--restore", "latest")]
    [InlineData("restore", "2026-11-24T035000Z Practices Digests", "--table", "Practices", "--restore=2026-11-24T035000Z", "--table=Digests")]
    [InlineData("backup", "", "--backup")]
    [InlineData("backups", "", "--backups")]
    public void The_command_line_is_understood(string name, string words, params string[] arguments)
    {
        var command = CommandLine.Parse(arguments).Command!.Value;

        Assert.Equal((name, words), (command.Name, string.Join(' ', command.Arguments)));
    }

    [Theory]
    [InlineData("--restore needs a value.", "--restore")]
    [InlineData("--backups and --backup cannot", "--backup", "--backups")]
    [InlineData("--table goes with --restore.", "--backup", "--table", "Practices")]
    [InlineData("--demo and --backup cannot", "--backup", "--demo")]
    [InlineData("Unknown option '--backup=now'", "--backup=now")]
    public void What_makes_no_sense_on_the_command_line_is_refused(string sentence, params string[] arguments)
    {
        var fault = Assert.Throws<Pipeline.LocalHost.StartException>(() => CommandLine.Parse(arguments));

        Assert.StartsWith(sentence, fault.Message);
        Assert.Equal(2, fault.ExitCode);
    }

    [Fact]
    public void An_account_that_is_reached_with_an_identity_counts_more_than_the_samples_emulator()
    {
        var settings = LocalSettings.Read(
            CommandLine.Parse(
            [
                "--PipelineStorage=UseDevelopmentStorage=true", "--PipelineStorage__accountName=practices", "--AzureWebJobsStorage=UseDevelopmentStorage=true",
            ]));

        Assert.Null(settings["PipelineStorage"]);
        Assert.NotNull(settings["AzureWebJobsStorage"]);
    }

    private static async Task<(int Code, string Output)> RunAsync(string tables, string backups, params string[] arguments)
    {
        await using var app = AppProcess.Start([$"--PipelineStorage={tables}", $"--AzureWebJobsStorage={backups}", .. arguments]);
        return (await app.ExitCodeAsync(), app.Output);
    }
}
