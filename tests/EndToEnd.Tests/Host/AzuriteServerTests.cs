using System.Diagnostics;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Azurite;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class AzuriteServerTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-azurite-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Accounts_of_tests_have_blobs_queues_and_tables_and_see_nothing_of_each_other()
    {
        var one = azurite.NewAccount();
        await new BlobContainerClient(one, "mine").CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await new QueueClient(one, "mine").CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await new TableClient(one, "mine").CreateAsync(TestContext.Current.CancellationToken);

        var other = azurite.NewAccount();
        Assert.Empty(await new BlobServiceClient(other).GetBlobContainersAsync(cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await new QueueServiceClient(other).GetQueuesAsync(cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await new TableServiceClient(other).QueryAsync(cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_listens_already_is_used_and_left_running()
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        await using var first = await AzuriteServer.StartAsync(ports, _folder, cancellationToken: TestContext.Current.CancellationToken);

        await (await AzuriteServer.StartAsync(ports, _folder, cancellationToken: TestContext.Current.CancellationToken)).DisposeAsync();

        Assert.True(IsListening(ports.Table));
    }

    [Fact]
    public async Task A_port_with_something_else_on_it_is_named()
    {
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        using var somethingElse = new TcpListener(System.Net.IPAddress.Loopback, ports.Queue);
        somethingElse.Start();
        var silence = somethingElse.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<StartException>(() =>
            AzuriteServer.StartAsync(ports, _folder, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains($"Port {ports.Queue}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--storage-port-base", exception.Message, StringComparison.Ordinal);
        (await silence).Dispose();
    }

    [Fact]
    public async Task It_ends_when_its_parent_is_killed()
    {
        // A parent that can be killed: a second Node process, which holds the pipe as LocalHost does.
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        const string Parent = "require('child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'inherit', 'inherit'] })";
        using var parent = Process.Start(new ProcessStartInfo("node",
        [
            "-e", Parent, "--", AzuriteFolder.Script, "--silent", "--disableTelemetry", "--location", _folder,
            "--blobPort", $"{ports.Blob}", "--queuePort", $"{ports.Queue}", "--tablePort", $"{ports.Table}",
        ])
        { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        await UntilAsync(() => IsListening(ports.Table));

        parent.Kill(entireProcessTree: false);

        await UntilAsync(() => !IsListening(ports.Blob) && !IsListening(ports.Queue) && !IsListening(ports.Table));
    }

    [Fact]
    public async Task What_lies_on_a_queue_outlives_the_kill_of_the_app_that_started_it()
    {
        const int messages = 40;
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        var queue = new QueueClient(ports.ConnectionString(), "kept");
        await using (var app = AppProcess.Start(["--storage-port-base", $"{ports.Blob}", "--data", _folder]))
        {
            await app.UntilItRunsAsync();
            await queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
            for (var i = 0; i < messages; i++)
                await queue.SendMessageAsync($"accepted {i}", TestContext.Current.CancellationToken);
            app.Kill();
        }

        await UntilAsync(() => !IsListening(ports.Blob) && !IsListening(ports.Queue) && !IsListening(ports.Table));
        await using var again = await AzuriteServer.StartAsync(ports, _folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(messages, (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount);
    }

    private static Task UntilAsync(Func<bool> isTrue) => Eventually.IsTrueAsync("Azurite is there, or gone", () => Task.FromResult(isTrue()));

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
