namespace Pipeline.Functions.Pages.Front;

public sealed record TopicLatest(Topic Topic, PracticePage Page);
