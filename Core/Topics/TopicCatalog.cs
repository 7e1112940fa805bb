using System.Collections.Immutable;

namespace Pipeline.Topics;

/// <summary>The configured topics, in the order of the settings.</summary>
public sealed class TopicCatalog(ImmutableArray<Topic> topics)
{
    public ImmutableArray<Topic> All => topics;

    /// <summary>What to tell a program that named no topic of ours; a page that shows them says <see cref="TopicTexts.ChooseOne"/>.</summary>
    public string Choose => TopicTexts.ChooseOneOf.With(string.Join(", ", topics.Select(topic => topic.Id)));

    /// <summary>The topic with this id, in any case and with spaces around it; null where there is none.</summary>
    public Topic? Find(string? id) =>
        id is null ? null : topics.FirstOrDefault(topic => topic.Id.Value.Equals(id.Trim(), StringComparison.OrdinalIgnoreCase));
}
