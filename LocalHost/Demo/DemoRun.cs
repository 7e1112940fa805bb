using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Data.Tables;
using Pipeline.LocalHost.Mailbox;

namespace Pipeline.LocalHost.Demo;

/// <summary>
/// Sends samples through the app: submits practices, publishes them in the table, subscribes readers, confirms them from the mailbox and
/// publishes the digest. It uses only the public contract of the app.
/// </summary>
internal sealed partial class DemoRun(CommandLine line, IConfiguration settings) : IDisposable
{
    private const string Topic = "mainstreaming-migration";

    // The domain is reserved for examples, so no mail can reach a person.
    private static readonly (string Email, string Language)[] Subscribers =
        [("amina@example.org", "ar"), ("camille@example.org", "fr"), ("thi.anh@example.org", "en")];

    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new() { BaseAddress = line.Address };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!MailboxSettings.UseMailbox(settings))
        {
            Write("The demo did not start, because it would send real mail. Leave SendGrid__ApiKey empty to use the local mailbox.");
            return;
        }

        try
        {
            var references = await SubmitAsync(cancellationToken);
            await PublishPracticesAsync(references, cancellationToken);
            await SubscribeAsync(cancellationToken);
            await PublishDigestAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped by Ctrl+C.
        }
        catch (Exception fault) when (
            fault is HttpRequestException or OperationCanceledException or TimeoutException or RequestFailedException or JsonException)
        {
            Write($"The demo stopped: {fault.Message} See the lines above for the reason.");
        }
    }

    // Requests are not canceled, because the app would log a canceled request as a fault. Ctrl+C takes effect between two requests.
    private async Task<List<string>> SubmitAsync(CancellationToken cancellationToken)
    {
        var samples = JsonSerializer.Deserialize<List<JsonElement>>(await SamplesAsync(cancellationToken))!;
        Step(1, $"Submitting {samples.Count} practices (POST /api/submissions)");
        List<string> references = [];
        foreach (var sample in samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var response = await _http.PostAsync("api/submissions", JsonContent.Create(sample), CancellationToken.None);
            response.EnsureSuccessStatusCode();
            var received = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            references.Add(received.GetProperty("reference").GetString()!);
            Write($"    {references[^1]}  {sample.GetProperty("title").GetString()}");
        }

        await UntilAsync("all practices are stored", async () =>
        {
            foreach (var reference in references)
                if (await StatusAsync(reference) == "received")
                    return false;
            return true;
        }, cancellationToken);
        Write($"    All are stored. The status of one: {Link($"practices/{Topic}/{references[0]}")}");
        return references;
    }

    private async Task PublishPracticesAsync(List<string> references, CancellationToken cancellationToken)
    {
        Step(2, "Publishing them, as an admin does in Azure Storage Explorer: table Practices, Status = Published");
        var practices = new TableClient(settings["PipelineStorage"], "Practices");
        foreach (var reference in references)
        {
            // With an empty DigestIssue they are in the next issue, even if an earlier demo mailed them.
            var change = new TableEntity(Topic, reference) { ["Status"] = "Published", ["DigestIssue"] = "" };
            await practices.UpdateEntityAsync(change, ETag.All, TableUpdateMode.Merge, cancellationToken);
        }

        Write($"    The page for readers: {Link($"topics/{Topic}")}");
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        Step(3, $"Subscribing {Subscribers.Length} readers (POST /api/subscriptions) and confirming them from their mail");
        foreach (var (email, language) in Subscribers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var subscription = JsonContent.Create(new { email, topic = Topic, language });
            using var response = await _http.PostAsync("api/subscriptions", subscription, CancellationToken.None);
            response.EnsureSuccessStatusCode();
            var mail = await MailAsync(email, text => ConfirmationLink().IsMatch(text), cancellationToken);
            using var confirmed = await _http.PostAsync(ConfirmationLink().Match(mail).Value, null, CancellationToken.None);
            confirmed.EnsureSuccessStatusCode();
            Write($"    {Name(email)} is subscribed (language: {language})");
        }
    }

    private async Task PublishDigestAsync(CancellationToken cancellationToken)
    {
        Step(4, "Publishing the digest (POST /admin/functions/PublishDigest; in Azure a timer does it)");
        var body = JsonContent.Create(new { input = "" });
        using var response = await _http.PostAsync("admin/functions/PublishDigest", body, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        foreach (var (email, _) in Subscribers)
        {
            await MailAsync(email, text => UnsubscribeLink().IsMatch(text), cancellationToken);
            Write($"    {Name(email)} received the digest");
        }

        Write($"""

            The digest is in the mailbox.
              Read it              {Link("mailbox")}
              Practices            {Link($"topics/{Topic}")}
              Submit your own      {Link("submit")}
              Earlier digests      {Link($"digests/{Topic}")}
            Ctrl+C ends it.
            """);
    }

    private async Task<string?> StatusAsync(string reference)
    {
        var submission = await _http.GetFromJsonAsync<JsonElement>($"api/submissions/{Topic}/{reference}", CancellationToken.None);
        return submission.GetProperty("status").GetString();
    }

    /// <summary>Waits for a mail and returns its text. If several match, it is the newest.</summary>
    private async Task<string> MailAsync(string email, Func<string, bool> matches, CancellationToken cancellationToken)
    {
        var found = "";
        await UntilAsync($"{Name(email)} has the mail", async () =>
        {
            // Not mailbox.json?to=…, because URLs are logged and must not contain addresses.
            var mails = await _http.GetFromJsonAsync<List<JsonElement>>("mailbox.json", CancellationToken.None);
            found = mails!.Where(mail => mail.GetProperty("to").GetString() == email)
                .OrderBy(mail => mail.GetProperty("receivedOn").GetDateTimeOffset())
                .Select(mail => mail.GetProperty("text").GetString() ?? "").LastOrDefault(matches) ?? "";
            return found.Length > 0;
        }, cancellationToken);
        return found;
    }

    private static async Task UntilAsync(string condition, Func<Task<bool>> isMet, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StepTimeout);
        while (!await isMet())
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Timed out after {StepTimeout.TotalSeconds:0} seconds while waiting until {condition}.");
            }
        }
    }

    private static async Task<string> SamplesAsync(CancellationToken cancellationToken)
    {
        using var stream = typeof(DemoRun).Assembly.GetManifestResourceStream("Pipeline.LocalHost.Demo.practices.json")!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    // The output contains no addresses, not even those of samples.
    private static string Name(string email) => email[..email.IndexOf('@', StringComparison.Ordinal)];

    private Uri Link(string path) => new(line.Address, path);

    private static void Step(int number, string sentence) => Write($"\n[{number}/4] {sentence}");

    private static void Write(string sentence) => Console.WriteLine(sentence);

    [GeneratedRegex(@"https?://\S+/subscriptions/confirm\?(lang=..&)?token=\S+")]
    private static partial Regex ConfirmationLink();

    [GeneratedRegex(@"https?://\S+/subscriptions/unsubscribe\?(lang=..&)?token=\S+")]
    private static partial Regex UnsubscribeLink();
}
