using System.Text;
using System.Text.Json;
using Pipeline.Mail;

namespace Pipeline.Submissions;

/// <summary>Checks the message of a rejection before it is sent again, as an admin may have mistyped a correction.</summary>
public sealed class RequeueCheck(SubmissionRules rules)
{
    // A message takes 64 KiB, in base64.
    private const int MaxBytes = 48 * 1024;

    public static readonly IReadOnlyList<string> Queues = [QueueNames.Submissions, QueueNames.Mail, QueueNames.Deliveries];

    /// <param name="payload">Decoded text.</param>
    public async Task<Outcome> CheckAsync(string queue, string payload)
    {
        if (!Queues.Contains(queue))
            return Outcome.Wrong(AdminTexts.QueueNotKnown(Queues));
        if (string.IsNullOrWhiteSpace(payload))
            return Outcome.Wrong(AdminTexts.PayloadEmpty);
        if (Encoding.UTF8.GetByteCount(payload) > MaxBytes)
            return Outcome.Wrong(AdminTexts.PayloadTooLong);
        return queue switch
        {
            QueueNames.Submissions => await CheckSubmissionAsync(payload),
            QueueNames.Mail when MailRequest.Parse(payload) is null => Outcome.Wrong(AdminTexts.MailPayloadMalformed),
            _ when !IsJson(payload) => Outcome.Wrong(AdminTexts.PayloadNotUsable(AdminTexts.MalformedMessage(queue))),
            _ => new Outcome("", ""),
        };
    }

    private async Task<Outcome> CheckSubmissionAsync(string payload)
    {
        var read = SubmissionMessage.Parse(payload);
        if (read.Draft is null)
            return Outcome.Wrong(AdminTexts.PayloadNotUsable(read.Problem!));

        var (submission, errors) = await Language.English.RunAsync(() => Task.FromResult(rules.Check(read.Draft)));
        return submission is null
            ? Outcome.Wrong(AdminTexts.PayloadNotUsable(string.Join(' ', errors.AllMessages.Select(AsSentence))))
            : new Outcome("", $"Practices {submission.Topic}/{submission.Reference}");
    }

    private static string AsSentence(string message) => message.EndsWith('.') ? message : $"{message}.";

    private static bool IsJson(string payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <param name="Problem">A sentence for the admin; empty if the message can be sent.</param>
    /// <param name="Result">Table, topic and reference of the practice that the message becomes; empty for other messages.</param>
    public sealed record Outcome(string Problem, string Result)
    {
        public static Outcome Wrong(string problem) => new(problem, "");
    }
}
