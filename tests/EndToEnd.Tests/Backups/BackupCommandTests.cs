using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Pipeline.LocalHost.Settings;
using Pipeline.Tests;
using Pipeline.Tests.Backups;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Backups;

public sealed class BackupCommandTests(AzuriteFixture azurite)
{
    private static readonly string[] Tables =
        ["Practices", "Rejections", "IdempotencyKeys", "Subscribers", "Erasures", "Digests", "Deliveries"];

    [Fact]
    public async Task A_backup_is_listed_and_restored_into_another_account()
    {
        var (source, target) = (azurite.NewAccount(), azurite.NewAccount());
        await CreateTablesAsync(source, practices: 250);

        var (code, output, errors) = await RunAsync(source, source, "backup");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("250 rows: IdempotencyKeys 0, Rejections 0, Practices 250", output);

        (code, output, errors) = await RunAsync(target, source, "backups");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("newest first\n20", output);
        var backup = output.Split('\n').Last(line => line.Length > 0).Split(' ')[0];

        (code, output, errors) = await RunAsync(target, source, "restore", backup, "--table", "Practices");
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(@"Practices +250 +250 +0 +0", output);
        Assert.DoesNotContain("Rejections", output);
        Assert.Contains("docs/restore.md", output);

        (code, output, errors) = await RunAsync(target, source, "restore", "latest");
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(@"Practices +250 +0 +250 +0", output);
        // The command starts no app, which would create more tables.
        Assert.DoesNotContain("Ctrl+C", output);
        Assert.Equal(7, await new TableServiceClient(target).QueryAsync(cancellationToken: Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_fault_is_a_sentence_on_the_error_output()
    {
        var account = azurite.NewAccount();

        var (code, output, errors) = await RunAsync(account, account, "restore", "yesterday");

        Assert.Equal(1, code);
        Assert.StartsWith("There is no backup yesterday", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("There is no", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_command_line_has_another_exit_code_than_a_fault()
    {
        var (code, output, errors) = await AdminProcess.RunAsync(["restore", "latest", "--tabel", "Practices"]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("--tabel", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_file_of_the_current_folder_is_read()
    {
        var account = azurite.NewAccount();
        var folder = Directory.CreateTempSubdirectory();
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "local.settings.json"),
            $$$"""{"Values":{"AzureWebJobsStorage":"{{{account}}}"}}""", Cancellation);

        var (code, output, errors) = await AdminProcess.RunAsync(["backups"], folder.FullName);

        folder.Delete(recursive: true);
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("There are no backups in http://127.0.0.1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_restore_says_that_it_can_be_run_again()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"http://{silent.LocalEndpoint}/a";
        await using var restore = AdminProcess.Start(Arguments(
            azurite.NewAccount(), $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint={address}",
            "restore", "latest"));
        using var request = await silent.AcceptTcpClientAsync(Cancellation);

        await restore.TerminateAsync();
        var (code, _, errors) = await restore.EndAsync();

        Assert.Equal((130, "restore was stopped before it was done. It can be run again."), (code, errors.TrimEnd()));
    }

    [Fact]
    public void Identity_settings_of_an_account_override_the_emulator_of_the_sample()
    {
        var settings = LocalSettings.Read(
            CommandLine.Parse(
            [
                "--PipelineStorage=UseDevelopmentStorage=true", "--PipelineStorage__accountName=practices",
                "--AzureWebJobsStorage=UseDevelopmentStorage=true",
            ]));

        Assert.Null(settings["PipelineStorage"]);
        Assert.NotNull(settings["AzureWebJobsStorage"]);
    }

    private static async Task CreateTablesAsync(string account, int practices)
    {
        foreach (var name in Tables)
            await new TableClient(account, name).CreateAsync(Cancellation);
        await new TableClient(account, "Practices").AddAsync(EdgeCaseRows.Of(practices, partitions: 2));
    }

    private static Task<AdminResult> RunAsync(string tables, string backups, params string[] arguments) =>
        AdminProcess.RunAsync(Arguments(tables, backups, arguments));

    private static IEnumerable<string> Arguments(string tables, string backups, params string[] arguments) =>
    [
        .. arguments, "--settings", Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json"),
        $"--PipelineStorage={tables}", $"--AzureWebJobsStorage={backups}",
    ];
}
