using System.Diagnostics;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.LocalHost.Azurite;
using Pipeline.Settings;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class AzuriteServerTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-azurite-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Accounts_of_tests_are_separate()
    {
        var one = azurite.NewAccount();
        await new BlobContainerClient(one, "mine").CreateAsync(cancellationToken: Cancellation);
        await new QueueClient(one, "mine").CreateAsync(cancellationToken: Cancellation);
        await new TableClient(one, "mine").CreateAsync(Cancellation);

        var other = azurite.NewAccount();
        var containers = new BlobServiceClient(other).GetBlobContainersAsync(cancellationToken: Cancellation);
        var queues = new QueueServiceClient(other).GetQueuesAsync(cancellationToken: Cancellation);
        var tables = new TableServiceClient(other).QueryAsync(cancellationToken: Cancellation);
        Assert.Empty(await containers.ToListAsync(Cancellation));
        Assert.Empty(await queues.ToListAsync(Cancellation));
        Assert.Empty(await tables.ToListAsync(Cancellation));
    }

    [Fact]
    public async Task An_Azurite_that_already_runs_is_used_and_not_stopped()
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        await using var first = await AzuriteServer.StartAsync(ports, _folder, cancellationToken: Cancellation);

        await (await AzuriteServer.StartAsync(ports, _folder, cancellationToken: Cancellation)).DisposeAsync();

        Assert.True(IsListening(ports.Table));
    }

    [Fact]
    public async Task A_port_that_another_program_uses_is_named()
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        using var somethingElse = new TcpListener(System.Net.IPAddress.Loopback, ports.Queue);
        somethingElse.Start();
        var silence = somethingElse.AcceptTcpClientAsync(Cancellation);

        var exception = await Assert.ThrowsAsync<StartupException>(() =>
            AzuriteServer.StartAsync(ports, _folder, cancellationToken: Cancellation));

        Assert.Contains($"Port {ports.Queue}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--storage-port-base", exception.Message, StringComparison.Ordinal);
        (await silence).Dispose();
    }

    [Fact]
    public async Task Azurite_ends_if_its_parent_is_killed()
    {
        // A second Node process is the parent that is killed. It has the pipe, as LocalHost has it.
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        const string script =
            "require('child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'inherit', 'inherit'] })";
        using var parent = Process.Start(new ProcessStartInfo("node",
        [
            "-e", script, "--", AzuriteFolder.Script, "--silent", "--disableTelemetry", "--location", _folder,
            "--blobPort", $"{ports.Blob}", "--queuePort", $"{ports.Queue}", "--tablePort", $"{ports.Table}",
        ])
        { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        await UntilAsync("Azurite listens", () => IsListening(ports.Table));

        parent.Kill(entireProcessTree: false);

        await UntilNothingListensAsync(ports);
    }

    [Fact]
    public async Task Messages_survive_a_kill_of_the_app_that_started_Azurite()
    {
        const int messages = 40;
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        var queue = new QueueClient(ports.ConnectionString(), "kept");
        await using (var app = AppProcess.Start(["--storage-port-base", $"{ports.Blob}", "--data", _folder]))
        {
            await app.UntilItRunsAsync();
            await queue.CreateAsync(cancellationToken: Cancellation);
            for (var i = 0; i < messages; i++)
                await queue.SendMessageAsync($"accepted {i}", Cancellation);
            app.Kill();
        }

        await UntilNothingListensAsync(ports);
        await using var again = await AzuriteServer.StartAsync(ports, _folder, cancellationToken: Cancellation);
        Assert.Equal(messages, (await queue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);
    }

    private static Task UntilNothingListensAsync(StoragePorts ports) =>
        UntilAsync("Azurite has ended", () => !ports.All.Any(each => IsListening(each.Port)));

    private static Task UntilAsync(string what, Func<bool> condition) =>
        Eventually.IsTrueAsync(what, () => Task.FromResult(condition()));

    private static bool IsListening(int port)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        try
        {
            client.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
