namespace Pipeline.Submissions;

/// <summary>What is wrong with a submission: sentences by field, in the order of the form.</summary>
public sealed class FieldErrors
{
    /// <summary>The key of what concerns the whole body rather than a field of it.</summary>
    public const string Body = "body";

    private readonly Dictionary<string, List<string>> sentences = [];

    public bool Any => sentences.Count > 0;

    public void Add(string field, string sentence)
    {
        if (sentences.TryGetValue(field, out var there))
            there.Add(sentence);
        else
            sentences.Add(field, [sentence]);
    }

    /// <summary>Says it in other words, if anything is wrong with the field.</summary>
    public void Reword(string field, string sentence)
    {
        if (sentences.ContainsKey(field))
            sentences[field] = [sentence];
    }

    public IReadOnlyList<string> For(string field) => sentences.TryGetValue(field, out var there) ? there : [];

    public IReadOnlyList<string> AllSentences => [.. sentences.Values.SelectMany(list => list)];

    public Dictionary<string, string[]> ToDictionary() => sentences.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
}
