using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.Tests;

/// <summary>Reads answers in JSON. A member that is missing is an error.</summary>
public static class ApiAnswers
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public static async Task<T> ReadAsync<T>(this HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<T>(Options, Cancellation))!;

    public static async Task<T> GetAsync<T>(this HttpClient http, string address) =>
        (await http.GetFromJsonAsync<T>(address, Options, Cancellation))!;
}

public sealed record AcceptedSubmission(string Status, string Reference, string StatusUrl);

/// <summary>The answer at the status address of a submission.</summary>
/// <param name="Reasons">Why it was rejected; empty for other submissions.</param>
public sealed record SubmissionState(string Status, string Reference, IReadOnlyList<string> Reasons);

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Errors">Sentences by the name of the field, if fields are wrong.</param>
public sealed record Problem(string Title, int Status, IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null);

/// <param name="Next">Null on the last page.</param>
public sealed record PracticeList(IReadOnlyList<ListedPractice> Practices, string? Next);

public sealed record ListedPractice(
    string Reference, string Title, string Summary, string Country, IReadOnlyList<string> Countries);

public sealed record IssueReceipt(string Status, int Sent, int Unknown, bool Verified, IssueReceipt.OpenDeliveries Open)
{
    public sealed record OpenDeliveries(int Waiting, int UnderWay, int Unclaimed);
}

/// <param name="Checks">"healthy" or a sentence, by the name of the check.</param>
public sealed record HealthState(IReadOnlyDictionary<string, string> Checks);
