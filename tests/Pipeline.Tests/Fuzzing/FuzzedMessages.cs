using System.Text;
using CsCheck;
using Pipeline.Digests;
using Pipeline.Functions.Digests;
using Pipeline.Functions.Mail;
using Pipeline.Functions.Operations;
using Pipeline.Functions.Submissions;
using Pipeline.Functions.Subscriptions;

namespace Pipeline.Tests.Fuzzing;

/// <param name="Function">The queue function that gets the text, or a timer function.</param>
/// <param name="Text">Null for a timer function.</param>
internal sealed record FuzzedMessage(string Function, string? Text);

/// <summary>Random messages to every queue function, and runs of the timer functions, which read all tables.</summary>
internal static class FuzzedMessages
{
    private static readonly Dictionary<string, string> Submission = new Dictionary<string, string>(
        Samples.Practice().With("email", "reader@example.org").With("link", "https://example.org")
            .ToDictionary(field => field.Key, field => FuzzedText.Quoted(field.Value)))
    {
        ["version"] = "1",
        ["submittedOn"] = "\"2026-11-24T10:30:00+00:00\"",
        ["reference"] = "\"C7SR-GYSP-3BS6-Z\"",
        ["language"] = "\"fr\"",
        ["traceParent"] = "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"",
        ["spam"] = "null",
    };

    private static readonly Dictionary<string, string> Mail = new()
    {
        ["kind"] = "\"Confirmation\"",
        ["topic"] = $"\"{PipelineApp.Topic}\"",
        ["subscriber"] = $"\"{Subscribers.SubscriberSteps.KeyOf("reader@example.org")}\"",
        ["reference"] = "\"C7SR-GYSP-3BS6-Z\"",
        ["status"] = "\"Published\"",
        ["attempt"] = "0",
        ["id"] = "\"0123456789abcdef\"",
        ["doubts"] = "0",
        ["language"] = "\"ar\"",
        ["askedOn"] = "\"2026-11-24T10:30:00+00:00\"",
        ["email"] = "\"reader@example.org\"",
    };

    private static readonly Gen<string> Timers = Gen.OneOf(nameof(Sweep), nameof(PublishDigest), nameof(CleanSubscribers));

    /// <param name="origin">Signs some of the deliveries.</param>
    public static Gen<FuzzedMessage> All(RowOrigin origin, DateTimeOffset now) => Gen.Frequency<FuzzedMessage>(
        (6, Of(Submission, nameof(StoreSubmission), nameof(StoreSubmission), nameof(KeepPoisonedSubmission))),
        (6, Of(Mail, nameof(SendMail), nameof(SendMail), nameof(KeepPoisonedMail))),
        (3, Of(new Dictionary<string, string>(Mail) { ["kind"] = "\"PracticeStatus\"" }, nameof(SendMail), nameof(KeepPoisonedMail))),
        (3, Of(Delivery(null), nameof(DeliverDigest), nameof(ReportPoisonedDelivery))),
        (3, Gen.Int[0, 9].SelectMany(minutes =>
            Of(Delivery(origin, now.AddMinutes(-minutes)), nameof(DeliverDigest), nameof(ReportPoisonedDelivery)))),
        (2, Timers.Select(timer => new FuzzedMessage(timer, null))));

    private static Gen<FuzzedMessage> Of(IReadOnlyDictionary<string, string> fields, params string[] functions) =>
        Gen.Select(FuzzedText.Objects(fields), Gen.OneOf(functions), Gen.Frequency((6, 0), (3, 1), (1, 2), (1, 3), (1, 4), (1, 5)))
            .SelectMany(each => FuzzedBodies.Damaged(Encoding.UTF8.GetBytes(each.Item1))
                .Select(bytes => new FuzzedMessage(each.Item2, Cut(each.Item3 switch
                {
                    0 => Encoding.UTF8.GetString(bytes),
                    1 => Convert.ToBase64String(bytes),
                    2 => Convert.ToBase64String(Encoding.Unicode.GetBytes(each.Item1)),
                    3 => Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes("\ufeff" + each.Item1)),
                    4 => "\ufeff" + each.Item1,
                    _ => Convert.ToBase64String(Encoding.Latin1.GetBytes(each.Item1)),
                }))));

    // A message has at most 64 KiB.
    private static string Cut(string text)
    {
        var length = Math.Min(text.Length, 64 * 1024);
        while (Encoding.UTF8.GetByteCount(text.AsSpan(0, length)) > 64 * 1024)
            length = length * 3 / 4;
        return text[..length];
    }

    private static Dictionary<string, string> Delivery(RowOrigin? origin, DateTimeOffset startedOn = default)
    {
        var message = new DeliveryMessage
        {
            Topic = PipelineApp.Topic,
            Issue = "2026-11-23",
            StartedOn = startedOn,
            From = new string('0', 32),
            To = "~",
        };
        var signed = origin?.Sign(message) ?? message;
        return new Dictionary<string, string>
        {
            ["topic"] = FuzzedText.Quoted(signed.Topic),
            ["issue"] = FuzzedText.Quoted(signed.Issue),
            ["startedOn"] = FuzzedText.Quoted(signed.StartedOn),
            ["from"] = FuzzedText.Quoted(signed.From),
            ["to"] = FuzzedText.Quoted(signed.To),
            ["signature"] = FuzzedText.Quoted(signed.Signature ?? ""),
        };
    }
}
