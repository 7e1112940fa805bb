namespace Pipeline.Topics;

/// <summary>A topic's id: lower-case letters, digits and hyphens. The partition key of the topic's rows.</summary>
public readonly record struct TopicId(string Value)
{
    /// <summary>Partition of rejections whose topic is not known.</summary>
    public static readonly TopicId Unknown = new("unknown");

    public static implicit operator TopicId(string value) => new(value);

    public static implicit operator string(TopicId id) => id.Value;

    public override string ToString() => Value;
}
