using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Supply;

/// <summary>A file of requests in the format that Visual Studio, Visual Studio Code and Rider share.</summary>
public sealed partial class HttpFile
{
    public sealed record Call(string Title, string Method, string Address, IReadOnlyList<(string Name, string Value)> Headers, string Body)
    {
        public HttpRequestMessage Message()
        {
            var message = new HttpRequestMessage(new HttpMethod(Method), Address);
            if (Body.Length > 0)
                message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body));
            foreach (var (name, value) in Headers)
                if (!message.Headers.TryAddWithoutValidation(name, value))
                    message.Content!.Headers.TryAddWithoutValidation(name, value);
            return message;
        }
    }

    private HttpFile(IReadOnlyList<Call> calls) => Calls = calls;

    public IReadOnlyList<Call> Calls { get; }

    /// <param name="values">Values for variables of the file. They override those in the file.</param>
    public static HttpFile Read(string text, IReadOnlyDictionary<string, string> values)
    {
        var variables = Variable().Matches(text).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Trim());
        foreach (var (name, value) in values)
            variables[name] = variables.ContainsKey(name) ? value : throw new ArgumentException($"The file has no variable {name}.");
        var filled = Use().Replace(text, use => variables[use.Groups[1].Value]);
        return new HttpFile([.. Separator().Split(filled)[1..].Select(Read)]);
    }

    private static Call Read(string part)
    {
        var lines = part.ReplaceLineEndings("\n").Split('\n');
        var head = lines[1..].TakeWhile(line => line.Length > 0).ToList();
        var request = head[0].Split(' ');
        return new Call(
            lines[0].Trim(), request[0], request[1],
            [.. head[1..].Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1]))],
            string.Join('\n', lines[1..].Skip(head.Count)).Trim());
    }

    [GeneratedRegex(@"^@(\w+) *= *(.+)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Use();

    [GeneratedRegex("^###", RegexOptions.Multiline)]
    private static partial Regex Separator();
}
