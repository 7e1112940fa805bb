using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Pipeline.Tests.Supply;

/// <summary>Rules of style that the compiler and the analyzers do not check.</summary>
public sealed partial class CodeStyleTests
{
    private const int MaxLineLength = 140;
    private const int MaxVagueWords = 9;

    private static readonly string[] CodeExtensions =
        [".cs", ".razor", ".csproj", ".props", ".targets", ".bicep", ".mjs", ".js", ".css"];

    [Fact]
    public void No_line_of_code_is_longer_than_140_characters()
    {
        var places =
            from file in GitFiles(CodeExtensions)
            from line in file.Text.Split('\n').Index()
            where line.Item.TrimEnd('\r').EnumerateRunes().Count() > MaxLineLength
            select $"{file.Name}:{line.Index + 1}";

        Assert.True(!places.Any(), $"Lines longer than {MaxLineLength} characters:\n{string.Join('\n', places)}");
    }

    [Fact]
    public void Comments_and_log_messages_have_fewer_than_ten_vague_words()
    {
        var places = (
            from file in GitFiles(".cs", ".razor")
            from text in CommentOrLogMessage().Matches(file.Text)
            from word in VagueWord().Matches(text.Value)
            let line = file.Text.AsSpan(0, text.Index + word.Index).Count('\n') + 1
            select $"{file.Name}:{line} {word.Value}").ToList();

        Assert.True(
            places.Count <= MaxVagueWords,
            $"Comments and log messages have {places.Count} vague words. Name the person or part that is meant:\n"
            + string.Join('\n', places));
    }

    private static IEnumerable<(string Name, string Text)> GitFiles(params string[] extensions)
    {
        string[] arguments = ["-C", SourceFolder.Root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true })!;
        var names = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        Assert.NotEmpty(names);
        return names
            .Where(name => extensions.Contains(Path.GetExtension(name)) && File.Exists(SourceFolder.PathOf(name)))
            .Select(name => (name, File.ReadAllText(SourceFolder.PathOf(name))));
    }

    // "//" begins a comment only at the start of a line or after a space, because web addresses contain it.
    [GeneratedRegex(@"(?<=^|\s)//.*$|/\*[\s\S]*?\*/|@\*[\s\S]*?\*@|<!--[\s\S]*?-->|\[LoggerMessage\([\s\S]*?\)\]", RegexOptions.Multiline)]
    private static partial Regex CommentOrLogMessage();

    [GeneratedRegex(@"\b(whoever|nobody|somebody)\b", RegexOptions.IgnoreCase)]
    private static partial Regex VagueWord();
}
