using System.Collections.Concurrent;

namespace Pipeline.Chaos;

internal sealed class Person(string email)
{
    public string Email => email;

    /// <summary>When the first request to confirm was sent, and when one was answered with 200. The same for the end.</summary>
    public DateTimeOffset? ConfirmationBegan { get; set; }

    public DateTimeOffset? ConfirmedOn { get; set; }

    public DateTimeOffset? UnsubscriptionBegan { get; set; }

    public DateTimeOffset? UnsubscribedOn { get; set; }
}

/// <summary>What the app promised in its answers, and the promises that it broke.</summary>
internal sealed class Ledger
{
    // DigestMails renders an issue again after 30 seconds, and a call takes up to 30 seconds.
    private static readonly TimeSpan MaxDeclineDelay = TimeSpan.FromSeconds(75);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _publishing = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _declined = new();
    private readonly ConcurrentDictionary<string, string> _accepted = new();
    private readonly ConcurrentQueue<Person> _people = new();
    private readonly ConcurrentDictionary<string, bool> _issues = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentQueue<(string Promise, string Detail)> _broken = new();

    /// <summary>The reference of each title that was accepted.</summary>
    public IReadOnlyDictionary<string, string> References => _accepted;

    public IReadOnlyCollection<Person> People => _people;

    public bool IsKept => _broken.IsEmpty;

    /// <param name="promise">The same for all details of a kind.</param>
    public void Break(string promise, string detail) => _broken.Enqueue((promise, detail));

    public void Count(string what, int number) => _counts.AddOrUpdate(what, number, (_, count) => count + number);

    public void Accepted(string title, string reference)
    {
        Count("submissions accepted (with repetitions)", 1);
        if (_accepted.GetOrAdd(title, reference) is var first && first != reference)
            Break("The same submission has one reference.", $"{title}: {first} and {reference}");
    }

    public Person AddPerson(string email)
    {
        var person = new Person(email);
        _people.Enqueue(person);
        return person;
    }

    public void AddIssue(string name) => _issues[name] = true;

    public bool HasIssue(string? name) => name is not null && _issues.ContainsKey(name);

    public void Publishing(string reference) => _publishing.TryAdd(reference, DateTimeOffset.UtcNow);

    public void Declined(string reference) => _declined.TryAdd(reference, DateTimeOffset.UtcNow);

    public bool WasDeclined(string reference) => _declined.ContainsKey(reference);

    /// <summary>A page or the API listed the practice.</summary>
    public void Shown(string reference)
    {
        Count("practices that were listed", 1);
        if (!_publishing.ContainsKey(reference))
            Break("Only published practices are listed.", reference);
    }

    /// <summary>A digest with the practice was accepted by SendGrid.</summary>
    public void Mailed(string reference, DateTimeOffset on)
    {
        if (!_publishing.TryGetValue(reference, out var published) || on < published)
            Break("Only published practices are mailed.", reference);
        if (_declined.TryGetValue(reference, out var declined) && on > declined + MaxDeclineDelay)
            Break("Declined practices are not mailed.", $"{reference}, {(on - declined).TotalSeconds:0} s after it was declined");
    }

    public string? AnyReference(Random random) => Any(_accepted.Values, random);

    public string? AnyIssue(Random random) => Any(_issues.Keys, random);

    public void Report()
    {
        Console.WriteLine();
        foreach (var (what, number) in _counts.OrderBy(count => count.Key, StringComparer.Ordinal))
            Console.WriteLine($"{number,8} {what}");
        Console.WriteLine();
        foreach (var same in _broken.GroupBy(each => each.Promise, each => each.Detail))
        {
            Console.WriteLine($"BROKEN, {same.Count()} times: {same.Key}");
            foreach (var detail in same.Take(10))
                Console.WriteLine($"  {detail}");
        }

        Console.WriteLine(IsKept ? "All promises are kept." : "Promises are broken.");
    }

    private static string? Any(ICollection<string> all, Random random) => all.Count == 0 ? null : all.ElementAt(random.Next(all.Count));
}
