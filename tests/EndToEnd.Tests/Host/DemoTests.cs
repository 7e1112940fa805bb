using System.Text.RegularExpressions;
using Pipeline.LocalHost.Azurite;
using Pipeline.Mail;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>The demo: the app with its own Azurite and an empty folder, from the start to the end.</summary>
public sealed partial class DemoTests : IAsyncDisposable
{
    private const string LastStep = "The digest is in the mailbox.";

    private static readonly string[] Subscribers = ["amina@example.org", "camille@example.org", "thi.anh@example.org"];

    // The app sets higher levels for some categories, such as "Microsoft.AspNetCore". A longer name overrides them.
    private static readonly string[] LogCategories =
    [
        "Default", "Microsoft", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server", "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Components", "System",
        $"System.Net.Http.HttpClient.{SendGridMailer.HttpClientName}", "Azure",
    ];

    private readonly StoragePorts _storage = new(FreePort.Next(inARow: 3));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-demo-");

    public async ValueTask DisposeAsync() => await Eventually.IsTrueAsync("the folder can be deleted", () =>
    {
        try
        {
            _folder.Delete(recursive: true);
            return Task.FromResult(true);
        }
        catch (IOException)
        {
            return Task.FromResult(false);
        }
    });

    [Fact]
    public async Task The_demo_mails_a_digest_of_all_samples_and_leaves_no_process()
    {
        await using var app = Start();

        await app.UntilItSaysAsync(LastStep);

        await AssertSubscribersHaveOneDigestAsync(app);
        Assert.Equal(8, (await PracticesAsync(app)).Count);
        Assert.Equal(0, await app.EndAsync());
        await AssertStorageHasEndedAsync();
        Assert.Contains(
            "In all: digest runs 1, digests (sent) 3, personal mails (Confirmation, Sent) 3, submissions accepted 8, submissions stored 8.",
            app.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(Address(), app.Output);
        Assert.DoesNotMatch(Fault(), app.Output);
        Assert.Empty(_folder.CreateSubdirectory("home").GetFileSystemInfos());
    }

    [Fact]
    public async Task A_log_at_the_level_Trace_has_no_email_address()
    {
        await using var app = Start([.. LogCategories.Select(category => $"--Logging:LogLevel:{category}=Trace")]);
        await app.UntilItSaysAsync(LastStep);

        // Requests that the demo does not make: the mailbox, and malformed addresses and links.
        foreach (var path in new[] { "mailbox", "subscribe", "subscriptions/confirm?token=x", "no/such/page" })
            (await app.Http.GetAsync(path, Cancellation)).Dispose();
        foreach (var path in new[] { "subscribe", "api/subscriptions", "api/submissions", "submit" })
        {
            using var form = new FormUrlEncodedContent(
                [new("email", "amina@example"), new("email", Subscribers[0]), new("topic", PipelineApp.Topic)]);
            (await app.Http.PostAsync(path, form, Cancellation)).Dispose();
        }

        Assert.Equal(0, await app.EndAsync());
        Assert.Contains("Request starting", app.Output, StringComparison.Ordinal);
        Assert.Contains("/v3/mail/send", app.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(Address(), app.Output);
    }

    [Fact]
    public async Task A_killed_demo_leaves_no_process_and_can_be_started_with_the_same_data()
    {
        await using (var first = Start())
        {
            await first.UntilItSaysAsync("[3/4]");
            first.Kill();
            await AssertStorageHasEndedAsync();
        }

        await using var second = Start();
        await second.UntilItSaysAsync(LastStep);

        await AssertSubscribersHaveOneDigestAsync(second);
        Assert.Equal(8, (await PracticesAsync(second)).Count);
    }

    [Fact]
    public async Task A_demo_that_is_stopped_early_logs_no_fault()
    {
        await using var app = Start();
        await app.UntilItSaysAsync("[1/4]");

        Assert.Equal(0, await app.EndAsync());

        await AssertStorageHasEndedAsync();
        Assert.DoesNotMatch(Fault(), app.Output);
    }

    private AppProcess Start(params string[] settings)
    {
        // An empty profile, as that of a new user.
        var home = _folder.CreateSubdirectory("home").FullName;
        string[] arguments =
        [
            "--demo", "--storage-port-base", $"{_storage.Blob}", "--data", Path.Combine(_folder.FullName, "data"), .. settings,
        ];
        return AppProcess.Start(arguments, new Dictionary<string, string> { ["HOME"] = home });
    }

    private static async Task AssertSubscribersHaveOneDigestAsync(AppProcess app)
    {
        var practices = await PracticesAsync(app);
        var mails = await app.Http.GetAsync<List<ReceivedMail>>("mailbox.json");
        var digests = mails.Where(mail => mail.Issue is not null).ToList();

        Assert.Equal(Subscribers, digests.Select(mail => mail.To).Order(StringComparer.Ordinal));
        foreach (var digest in digests)
            Assert.All(practices, title => Assert.Contains(title, digest.Text, StringComparison.Ordinal));
    }

    private static async Task<List<string>> PracticesAsync(AppProcess app)
    {
        var list = await app.Http.GetAsync<PracticeList>($"api/topics/{PipelineApp.Topic}/practices");
        return [.. list.Practices.Select(practice => practice.Title)];
    }

    private Task AssertStorageHasEndedAsync() => Eventually.IsTrueAsync("no storage port listens", async () =>
    {
        foreach (var (_, port) in _storage.All)
            if (await StorageProbe.IsListeningAsync(port, Cancellation))
                return false;
        return true;
    });

    /// <summary>An email address, also URL-encoded.</summary>
    [GeneratedRegex(@"\w(@|%40)\w", RegexOptions.IgnoreCase)]
    private static partial Regex Address();

    [GeneratedRegex(@"Z (warning|error|critical) |^\s+at \S+\(|Exception", RegexOptions.Multiline)]
    private static partial Regex Fault();
}
