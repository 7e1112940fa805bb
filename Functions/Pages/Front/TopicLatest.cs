using Pipeline.Practices;

namespace Pipeline.Functions.Pages.Front;

/// <summary>A topic with its newest practices.</summary>
public sealed record TopicLatest(Topic Topic, PracticePage Page);
