using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Pipeline.LocalHost.Mailbox;

namespace Pipeline.LocalHost.Demo;

/// <summary>
/// Sends samples the whole way, as people would: practices through the API, approval in the table, subscriptions confirmed from
/// the mailbox, the digest published. It knows nothing of the application but its public contract.
/// </summary>
internal sealed partial class Demo(CommandLine line, IConfiguration settings) : IDisposable
{
    private const string Topic = "mainstreaming-migration";

    // Of a domain that is reserved for examples: no mail could ever reach anybody.
    private static readonly (string Email, string Language)[] Subscribers = [("amina@example.org", "ar"), ("camille@example.org", "fr"), ("thi.anh@example.org", "en")];

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new() { BaseAddress = line.Address };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!MailboxSettings.LeadToMailbox(settings))
        {
            Say("The demo is for the local mailbox: leave SendGrid__ApiKey empty, so that nothing is mailed to the world.");
            return;
        }

        try
        {
            var references = await SubmitAsync(cancellationToken);
            await PublishAsync(references, cancellationToken);
            await SubscribeAsync(cancellationToken);
            await DigestAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C in the middle of it.
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or TimeoutException or Azure.RequestFailedException or JsonException)
        {
            Say($"The demo stopped: {fault.Message}");
        }
    }

    // Ctrl+C comes between two requests: one that is canceled would be logged as a fault.
    private async Task<List<string>> SubmitAsync(CancellationToken cancellationToken)
    {
        var samples = JsonSerializer.Deserialize<List<JsonElement>>(await SamplesAsync(cancellationToken))!;
        Step(1, $"{samples.Count} practices are submitted (POST /api/submissions)");
        List<string> references = [];
        foreach (var sample in samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var answer = await _http.PostAsync("api/submissions", JsonContent.Create(sample), CancellationToken.None);
            answer.EnsureSuccessStatusCode();
            var received = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            references.Add(received.GetProperty("reference").GetString()!);
            Say($"    {references[^1]}  {sample.GetProperty("title").GetString()}");
        }

        await UntilAsync("the practices are stored", async () =>
        {
            foreach (var reference in references)
                if (await StatusAsync(reference) == "received")
                    return false;
            return true;
        }, cancellationToken);
        Say($"    All are stored. Where one stands: {Link($"practices/{Topic}/{references[0]}")}");
        return references;
    }

    private async Task PublishAsync(List<string> references, CancellationToken cancellationToken)
    {
        Step(2, "They are published, as an admin does in Azure Storage Explorer: Practices, Status = Published");
        var practices = new TableClient(settings["PipelineStorage"], "Practices");
        foreach (var reference in references)
            // Without an issue they go into the next one, also when an earlier demo has sent them out.
            await practices.UpdateEntityAsync(
                new TableEntity(Topic, reference) { ["Status"] = "Published", ["DigestIssue"] = "" }, Azure.ETag.All, TableUpdateMode.Merge, cancellationToken);
        Say($"    What readers see: {Link($"topics/{Topic}")}");
    }

    private async Task SubscribeAsync(CancellationToken cancellationToken)
    {
        Step(3, $"{Subscribers.Length} readers subscribe (POST /api/subscriptions) and confirm from their mail");
        foreach (var (email, language) in Subscribers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var answer = await _http.PostAsync("api/subscriptions", JsonContent.Create(new { email, topic = Topic, language }), CancellationToken.None);
            answer.EnsureSuccessStatusCode();
            var mail = await MailAsync(email, text => ConfirmationLink().IsMatch(text), cancellationToken);
            using var confirmed = await _http.PostAsync(ConfirmationLink().Match(mail).Value, null, CancellationToken.None);
            confirmed.EnsureSuccessStatusCode();
            Say($"    {Name(email)} has confirmed (language: {language})");
        }
    }

    private async Task DigestAsync(CancellationToken cancellationToken)
    {
        Step(4, "The digest is published (POST /admin/functions/PublishDigest; in Azure a timer does it)");
        using var answer = await _http.PostAsync("admin/functions/PublishDigest", JsonContent.Create(new { input = "" }), CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        foreach (var (email, _) in Subscribers)
        {
            await MailAsync(email, text => UnsubscribeLink().IsMatch(text), cancellationToken);
            Say($"    {Name(email)} has the digest");
        }

        Say($"""

            The digest lies in the mailbox.
              Read it              {Link("mailbox")}
              Practices            {Link($"topics/{Topic}")}
              Submit your own      {Link("submit")}
              Earlier digests      {Link($"digests/{Topic}")}
            Ctrl+C ends it.
            """);
    }

    private async Task<string?> StatusAsync(string reference) =>
        (await _http.GetFromJsonAsync<JsonElement>($"api/submissions/{Topic}/{reference}", CancellationToken.None)).GetProperty("status").GetString();

    /// <summary>The text of the newest mail to this address that is meant, once it is there.</summary>
    private async Task<string> MailAsync(string email, Func<string, bool> isMeant, CancellationToken cancellationToken)
    {
        var found = "";
        await UntilAsync($"a mail to {Name(email)}", async () =>
        {
            // All mails, not mailbox.json?to=…: an address in a URL ends in logs.
            var mails = await _http.GetFromJsonAsync<List<JsonElement>>("mailbox.json", CancellationToken.None);
            found = mails!.Where(mail => mail.GetProperty("to").GetString() == email)
                .OrderBy(mail => mail.GetProperty("receivedOn").GetDateTimeOffset())
                .Select(mail => mail.GetProperty("text").GetString() ?? "").LastOrDefault(isMeant) ?? "";
            return found.Length > 0;
        }, cancellationToken);
        return found;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        while (!await isSo())
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{Deadline.TotalSeconds:0} seconds went by without {what}.");
            }
        }
    }

    private static async Task<string> SamplesAsync(CancellationToken cancellationToken)
    {
        using var stream = typeof(Demo).Assembly.GetManifestResourceStream("Pipeline.LocalHost.Demo.practices.json")!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    // No line of this program's output holds an address, not even one that nobody has.
    private static string Name(string email) => email[..email.IndexOf('@', StringComparison.Ordinal)];

    private Uri Link(string path) => new(line.Address, path);

    private static void Step(int number, string what) => Say($"\n[{number}/4] {what}");

    private static void Say(string sentence) => System.Console.WriteLine(sentence);

    [GeneratedRegex(@"https?://\S+/subscriptions/confirm\?(lang=..&)?token=\S+")]
    private static partial Regex ConfirmationLink();

    [GeneratedRegex(@"https?://\S+/subscriptions/unsubscribe\?(lang=..&)?token=\S+")]
    private static partial Regex UnsubscribeLink();
}
