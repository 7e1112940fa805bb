namespace Pipeline.Tests;

/// <summary>Ordinary submissions.</summary>
public static class Samples
{
    public static Dictionary<string, string> Practice(string title = "Migra Movil") => new()
    {
        ["topic"] = PipelineApp.Topic,
        ["title"] = title,
        ["summary"] = "A bus that brings advice to people in border areas.",
        ["honorific"] = "Ms.",
        ["submitter"] = "Angelica Pinzon",
        ["country"] = "CR",
    };
}
