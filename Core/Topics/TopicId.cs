namespace Pipeline.Topics;

/// <summary>A topic's id: lower-case letters, digits and hyphens; the partition key of everything the topic owns.</summary>
/// <remarks>It comes from settings, addresses and tables as text, so it converts from and to text; not to another kind of name.</remarks>
public readonly record struct TopicId(string Value)
{
    /// <summary>Stands where a topic belongs but none could be read, as in a rejected message that is no JSON.</summary>
    public static readonly TopicId Unknown = new("unknown");

    public static implicit operator TopicId(string value) => new(value);

    public static implicit operator string(TopicId id) => id.Value;

    public override string ToString() => Value;
}
