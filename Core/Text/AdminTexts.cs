namespace Pipeline.Text;

/// <summary>The sentences that admins read in the tables: what is wrong, then what to do. They are in English.</summary>
public static class AdminTexts
{
    // Practices

    public const string PracticePending = "Type Published or Declined in Status.";

    public static string PracticeStatusNotUnderstood(string typed) =>
        $"{TypedWord.NotUnderstood(typed)}. Type Published, Declined or Pending in Status.";

    public const string PracticeKeyNotReference =
        "The RowKey is not a reference, so this practice is neither shown nor mailed. Delete the row and submit the practice on the page.";

    public const string PracticeOfUnknownTopic =
        "The PartitionKey is not a topic of the settings, so this practice is neither shown nor mailed. "
        + "Delete the row and submit the practice on the page.";

    public const string PracticeWithoutTitle = "Title is empty, so no list and no digest has this practice. Type a title.";

    public const string PracticeWithoutSummary = "Summary is empty, so no list and no digest has this practice. Type a summary.";

    public const string PracticeEmailNotAddress = "Email is not one address, so the submitter gets no mail. Correct Email, or clear it.";

    public static string PracticeCountryNotUnderstood(IEnumerable<string> typed) =>
        $"{string.Join(", ", typed.Select(part => $"“{part}”"))} in Country is not understood, so pages do not show it. "
        + "Type codes of ISO 3166-1, separated by spaces, as MX SV.";

    public const string PracticeLanguageNotUnderstood =
        "Language is not a language of the app, so the submitter is written to in English. Type en, fr, es or ar.";

    public const string PracticeSubmittedOnNotTime =
        "SubmittedOn is not a time in the past, so pages show no date. Type the time as 2026-11-25T19:03:00Z.";

    public const string PracticePublishedOnNotTime =
        "PublishedOn is not a time in the past, so lists use SubmittedOn. Type the time as 2026-11-25T19:03:00Z, or clear the cell.";

    public const string PracticeDigestIssueNotName =
        "DigestIssue is not the name of an issue, so no digest takes this practice. Clear DigestIssue to have it in the next one.";

    // Rejections

    public const string Rejected = "Correct Payload if necessary, then type yes in Requeue.";

    public const string CompressedMessage = "The message is compressed (gzip). Send it uncompressed.";

    public const string BinaryMessage = "The message is probably base64 of binary data. Send UTF-8 text.";

    public const string SubmissionNotJson = "The message is not JSON in the format of the web form. It was probably made by hand.";

    public const string SubmissionEmpty = "The message is empty.";

    public const string SubmissionWithoutVersion =
        "The message has no version. It was probably made by hand. Add \"version\": 1 to Payload and requeue it.";

    public const string SubmissionWithoutTime = "The message has no submittedOn. Add the time to Payload and requeue it.";

    public const string SubmissionFailed = "Storing failed several times. See the log of StoreSubmission.";

    public static string SubmissionOfOtherVersion(int? version, int known) =>
        $"The message has version {version}, but this app reads only version {known}.";

    public static string MalformedMessage(string queue) => $"The message on {queue} is malformed; it was probably made by hand.";

    public const string DeliveryMessageNotOfApp =
        "The message on digest-deliveries was not made by the app or was changed, so it is not sent. Delete this row: the sweep continues "
        + "issues that miss a message.";

    public const string PayloadEmpty = "Payload is empty. " + CorrectPayload;

    public const string PayloadTooLong =
        "Payload is longer than a queue message may be (48 KiB of UTF-8), so it was not sent. Shorten it, then type yes in Requeue.";

    public const string MailPayloadMalformed = "Payload is not a mail request in JSON, so it was not sent. " + CorrectPayload;

    private const string CorrectPayload = "Correct Payload, then type yes in Requeue.";

    public static string PayloadNotUsable(string reasons) => $"Payload was not sent. {reasons} {CorrectPayload}";

    public static string QueueNotKnown(IEnumerable<string> queues) =>
        $"Queue is not a queue of the app, so Payload was not sent. Type {string.Join(", ", queues)} in Queue, then type yes in Requeue.";

    /// <param name="result">Table, topic and reference; empty if no table has the result.</param>
    public static string SentAgain(string time, string result) =>
        $"Sent again on {time}. {(result.Length == 0 ? "If it fails again, this table has it." : $"Look for the result in {result}.")} "
        + "Delete this row if you no longer need it, or type yes in Requeue to send it once more.";

    public static string RequeueNotUnderstood(string typed) => $"{TypedWord.NotUnderstood(typed)}. {Rejected}";

    // Subscribers

    public const string SubscriberOutOfPlace =
        "The keys of this row do not belong to an address, so no digest is sent. Delete the row. " + SubscribeOnPage;

    public const string SubscriberWithoutAddress =
        "This row has no address, so no digest is sent. Type Unsubscribed in Status. " + SubscribeOnPage;

    public const string SubscriberOfOtherAddress =
        "The address does not match the key of this row, so no digest is sent. Type Unsubscribed in Status. " + SubscribeOnPage;

    public const string SubscriberWithoutOrigin =
        "This row has neither SubscribedOn nor ConfirmedOn, so the app did not make it and sends no digest. Delete the row. "
        + SubscribeOnPage;

    public const string SubscriberOfOtherTopic =
        "This row was copied from another topic, or its column Topic was changed, so no digest is sent. Delete the row. " + SubscribeOnPage;

    public const string SubscriberErased = "The owner had this address erased, so no digest is sent. Delete the row. " + SubscribeOnPage;

    private const string SubscribeOnPage = "The owner of the address can subscribe on the page.";

    public static string SubscriberStatusNotUnderstood(string typed, IEnumerable<string> statuses) =>
        $"{TypedWord.NotUnderstood(typed)}, so no digest is sent. Type {string.Join(", ", statuses)} in Status.";

    // Digests

    public const string EmptyIssueReceipt = "Complete. Nothing was new, so nothing was sent.";

    public const string NewIssueReceipt = "Not closed. Nothing is sent yet.";

    public static string IssueStatusNotUnderstood(string typed) =>
        $"{TypedWord.NotUnderstood(typed)}, so nothing changed. Type Held in Status to stop the issue, or Sending to continue it.";

    public const string IssueNotOfApp =
        "The app did not make this row, or its Origin was changed, so it is not sent. Delete the row, or restore it from a backup.";

    public const string IssueClosedByHand = "Only the app closes an issue, so it is Held now. Type Sending in Status to continue it.";

    public const string IssueIsClosed = "The issue is closed and cannot be stopped.";

    public const string IssueWasEmpty = "The issue had nothing to send, so it stays closed.";

    public const string IssuePracticesRestored =
        "Practices was not a list of references. The app restored it from the column DigestIssue of the practices.";

    public const string IssuePracticesLost =
        "Practices is not a list of references, and no published practice has this issue in DigestIssue, so there is nothing to send.";

    public const string NothingToDecide =
        "When Decision was typed, no recipient was unknown, so there was nothing to decide. Clear Decision.";

    public const string DeliveryNotDecidable =
        "This delivery is still being sent, so Decision has no effect. Clear it, or type Failed if the recipients that wait are not to get "
        + "the issue.";

    public static string IssueStopped(string flaw) => $"The issue was stopped. {flaw}";

    public const string DeliveriesMissing =
        "Rows were deleted from Deliveries, so their readers may have the issue already. Restore the rows from a backup, then type "
        + "Sending in Status. If you type Sending without them, these readers get the issue again.";

    public const string RangesWithoutMessage =
        "Some readers are in no delivery, and no message for them is on the queue: rows of Deliveries or messages were deleted. "
        + "If rows were deleted, restore them from a backup, or these readers may get the issue twice. Then type Sending in Status.";

    public const string DeliveriesOfDeletedIssue =
        "The row of this issue was deleted and made again, but deliveries of the deleted one exist, so their readers may have it already. "
        + "Leave the issue Held, or delete these deliveries and type Sending in Status.";

    public static string DeliveryNotOfApp(string row) =>
        $"The app did not make the row {row} in Deliveries, or its keys, To, Id or Origin were changed. Restore its original "
        + "values or delete it, then type Sending in Status.";

    public static string IssueRestored(string backup) =>
        $"The issue was not settled when the backup {backup} was created. Type Sending in Status to continue: readers who got it after the "
        + "backup get it again. Leave Held if all have it.";

    public const string ClosedLedgerHasGaps =
        "Rows of the closed ledger are missing. They were deleted from Deliveries; restore them from a backup.";

    public static string OverlappingDeliveries(string from) =>
        $"Two deliveries overlap at {from}. They were edited by hand; restore their original values.";

    // Deliveries

    public const string AbandonedDelivery = "The process stopped before it recorded SendGrid's answer.";

    public const string OutcomesEdited =
        "The column Outcomes was edited by hand, so it is not known who got the issue. Find out in SendGrid's Activity.";

    public const string RecipientsUnreadable =
        "The column Frozen was edited by hand, so it is not known who waits. Find out in SendGrid's Activity who got the issue.";

    public const string DeliveryStopped = "The app was stopping.";

    public const string DeliveryHasManyBadAddresses =
        "SendGrid refuses many addresses of this delivery; the rest is sent in the next attempt.";

    public const string IssueWithdrawn = "No practice of the issue is published any more, so nothing was sent.";

    public const string ConfirmedByEvents = "SendGrid's events confirmed it.";

    public const string ResentByPolicy = "SendGrid sent no event for this delivery, so it was sent again.";

    public const string DeliveryWaitsForDecision =
        "SendGrid sent no event for this delivery, so it waits for your decision. " + DecideDelivery;

    private const string DecideDelivery =
        "Type Sent in Decision if SendGrid's Activity shows the mails of this issue at that time, Resend if not, Failed to leave it.";

    public static string DecisionNotUnderstood(string typed) => $"{TypedWord.NotUnderstood(typed)}. {DecideDelivery}";

    public static string DecidedByAdmin(string outcome) => $"An admin decided: {outcome}.";

    public static string RefusedWithoutReason(string language, string reason) =>
        $"SendGrid refuses all recipients with language {language} without a reason: {reason}";
}
