using System.IO.Compression;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>Messages in every encoding on every queue, read by the queue listeners of the Functions host.</summary>
public sealed class MessageTests(AzuriteFixture azurite)
{
    private static readonly string[] Queues = ["practice-submissions", "digest-deliveries", "outgoing-mail"];

    [Fact]
    public async Task Each_message_is_stored_or_saved_in_Rejections_and_none_stays_on_a_queue()
    {
        var account = azurite.NewAccount();
        await using var app = AppProcess.StartWith(account);
        await app.UntilItRunsAsync();

        string[] good =
        [
            Submission("Plain text é"),
            Base64(Encoding.UTF8.GetBytes(Submission("Base64"))),
            Base64([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Submission("Base64 with a mark"))]),
            Base64(Encoding.Unicode.GetBytes(Submission("UTF-16"))),
            Base64([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Submission("UTF-16 big endian"))]),
        ];
        foreach (var message in good)
            await SendAsync(account, Queues[0], message);

        var gzip = Gzip("{}");
        (string Message, string Payload, string Reason)[] bad =
        [
            ("typed by hand: é!", "typed by hand: é!", "made by hand"),
            ("test1234", "test1234", "binary data"),
            (Base64("typed by hand"u8.ToArray()), "typed by hand", "made by hand"),
            (Base64("dHlwZWQgYnkgaGFuZA=="u8.ToArray()), "dHlwZWQgYnkgaGFuZA==", "made by hand"),
            (gzip, gzip, "gzip"),
            (Base64([0xFF, 0xD8, 0x00, 0x10]), Base64([0xFF, 0xD8, 0x00, 0x10]), "binary data"),
            (Base64([0xFF, 0xD8, 0x00, 0x11]), Base64([0xFF, 0xD8, 0x00, 0x11]), "binary data"),
            ("[]", "[]", "made by hand"),
            ("{}", "{}", "made by hand"),
            ("null", "null", ""),
        ];
        foreach (var queue in Queues.SelectMany(queue => new[] { queue, $"{queue}-poison" }))
            foreach (var (message, _, _) in bad)
                await SendAsync(account, queue, message);

        await Eventually.IsTrueAsync("every queue is empty", async () =>
        {
            foreach (var queue in Queues.SelectMany(queue => new[] { queue, $"{queue}-poison" }))
                if ((await new QueueClient(account, queue).GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount > 0)
                    return false;
            return true;
        });
        Assert.Equal(
            ["Base64", "Base64 with a mark", "Plain text é", "UTF-16", "UTF-16 big endian"],
            (await RowsAsync(account, "Practices")).Select(row => new StoredPractice(row).Title).Order(StringComparer.Ordinal));
        var rejections = (await RowsAsync(account, "Rejections")).Select(row => new StoredRejection(row)).ToList();
        foreach (var queue in Queues)
            foreach (var (_, payload, reason) in bad)
            {
                var row = Assert.Single(rejections, row => row.Queue == queue && row.Payload == payload);
                Assert.Contains(reason, row.Reasons, StringComparison.Ordinal);
            }

        Assert.Equal(Queues.Length * bad.Length, rejections.Count);
        Assert.DoesNotContain(" error ", app.Output, StringComparison.Ordinal);
    }

    private static string Submission(string title) =>
        """{"version":1,"submittedOn":"2026-11-24T00:00:00Z","topic":"mainstreaming-migration","title":"TITLE",""".Replace("TITLE", title)
        + "\"summary\":\"A bus that brings advice to people in border areas.\"}";

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    private static string Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return Base64(packed.ToArray());
    }

    private static Task SendAsync(string account, string queue, string message) =>
        new QueueClient(account, queue).SendMessageAsync(message, Cancellation);

    private static async Task<List<TableEntity>> RowsAsync(string account, string table) =>
        await new TableClient(account, table).QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
}
