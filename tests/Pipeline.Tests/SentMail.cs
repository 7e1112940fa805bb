using System.Text.Json.Nodes;

namespace Pipeline.Tests;

/// <summary>A mail as one recipient of a request to SendGrid gets it.</summary>
public sealed record SentMail(JsonObject Request, int Recipient = 0)
{
    public JsonObject Own => Request["personalizations"]![Recipient]!.AsObject();

    public string To => Own["to"]![0]!["email"]!.GetValue<string>();

    public string Subject => Request["subject"]!.GetValue<string>();

    /// <summary>With the recipient's substitutions; empty if the mail has no text.</summary>
    public string Text => Part("text/plain");

    /// <summary>With the recipient's substitutions; empty if the mail has no HTML.</summary>
    public string Html => Part("text/html");

    /// <summary>The headers of the request. Those of the recipient override them.</summary>
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
        var part = Request["content"]!.AsArray().FirstOrDefault(part => part!["type"]!.GetValue<string>() == type);
        var text = part?["value"]!.GetValue<string>() ?? "";
        foreach (var (tag, value) in Own["substitutions"]?.AsObject() ?? [])
            text = text.Replace(tag, value!.GetValue<string>());
        return text;
    }
}
