namespace Pipeline.Submissions;

public sealed class FieldErrors
{
    public const string Body = "body";

    private readonly Dictionary<string, List<string>> _messages = [];

    public bool Any => _messages.Count > 0;

    public void Add(string field, string message)
    {
        if (_messages.TryGetValue(field, out var existing))
            existing.Add(message);
        else
            _messages.Add(field, [message]);
    }

    /// <summary>Replaces the messages of a field, if it has any.</summary>
    public void ReplaceMessages(string field, string message)
    {
        if (_messages.ContainsKey(field))
            _messages[field] = [message];
    }

    public IReadOnlyList<string> For(string field) => _messages.TryGetValue(field, out var existing) ? existing : [];

    public IReadOnlyList<string> AllMessages => [.. _messages.Values.SelectMany(list => list)];

    public Dictionary<string, string[]> ToDictionary() => _messages.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
}
