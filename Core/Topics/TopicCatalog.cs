using System.Collections.Immutable;

namespace Pipeline.Topics;

public sealed class TopicCatalog(ImmutableArray<Topic> topics)
{
    public ImmutableArray<Topic> All => topics;

    /// <summary>Error message for the API; forms use <see cref="TopicTexts.ChooseOne"/>.</summary>
    public string Choose => TopicTexts.ChooseOneOf.With(string.Join(", ", topics.Select(topic => topic.Id)));

    /// <summary>Finds a topic by id as people type it (<see cref="AddressPart"/>), ignoring case. Null if there is none.</summary>
    public Topic? Find(string? id)
    {
        var plain = AddressPart.Clean(id);
        return topics.FirstOrDefault(topic => topic.Id.Value.Equals(plain, StringComparison.OrdinalIgnoreCase));
    }
}
