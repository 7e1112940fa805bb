using System.Text.Json.Nodes;

namespace Pipeline.Tests;

/// <summary>A mail as SendGrid got it: a request, and one of its recipients.</summary>
public sealed record SentMail(JsonObject Request, int Recipient = 0)
{
    public JsonObject Own => Request["personalizations"]![Recipient]!.AsObject();

    public string To => Own["to"]![0]!["email"]!.GetValue<string>();

    public string Subject => Request["subject"]!.GetValue<string>();

    /// <summary>As the recipient gets it; empty where there is none.</summary>
    public string Text => Part("text/plain");

    public string Html => Part("text/html");

    /// <summary>The recipient's own headers over those of all.</summary>
    public IReadOnlyDictionary<string, string> Headers
    {
        get
        {
            var merged = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var headers in new[] { Request["headers"], Own["headers"] })
                foreach (var (name, value) in headers?.AsObject() ?? [])
                    merged[name] = value!.GetValue<string>();
            return merged;
        }
    }

    private string Part(string type)
    {
        var part = Request["content"]!.AsArray().FirstOrDefault(part => part!["type"]!.GetValue<string>() == type)?["value"]!.GetValue<string>() ?? "";
        foreach (var (tag, value) in Own["substitutions"]?.AsObject() ?? [])
            part = part.Replace(tag, value!.GetValue<string>());
        return part;
    }
}
