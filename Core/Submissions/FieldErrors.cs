namespace Pipeline.Submissions;

public sealed class FieldErrors
{
    public const string Body = "body";

    private readonly Dictionary<string, List<string>> messages = [];

    public bool Any => messages.Count > 0;

    public void Add(string field, string message)
    {
        if (messages.TryGetValue(field, out var existing))
            existing.Add(message);
        else
            messages.Add(field, [message]);
    }

    /// <summary>Replaces the messages of a field, if it has any.</summary>
    public void ReplaceMessages(string field, string message)
    {
        if (messages.ContainsKey(field))
            messages[field] = [message];
    }

    public IReadOnlyList<string> For(string field) => messages.TryGetValue(field, out var existing) ? existing : [];

    public IReadOnlyList<string> AllMessages => [.. messages.Values.SelectMany(list => list)];

    public Dictionary<string, string[]> ToDictionary() => messages.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
}
