using System.Text.Json.Nodes;

namespace Pipeline.Tests.Mailbox;

/// <summary>Requests to SendGrid's mail/send: a correct one, and variations of it.</summary>
internal static class SampleRequest
{
    public static JsonObject Good() => JsonNode.Parse("""
        {
          "personalizations": [{ "to": [{ "email": "amina@example.org" }] }],
          "from": { "email": "digest@example.org", "name": "Practices" },
          "subject": "This week",
          "content": [{ "type": "text/plain", "value": "Hello" }, { "type": "text/html", "value": "<p>Hello</p>" }]
        }
        """)!.AsObject();

    /// <summary>Replaces members of the correct request. Null removes a member.</summary>
    public static JsonObject With(string changes)
    {
        var request = Good();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
            if (value is null)
                request.Remove(name);
            else
                request[name] = value.DeepClone();
        return request;
    }

    public static JsonObject WithPersonalization(string members)
    {
        var personalization = JsonNode.Parse(members)!.AsObject();
        personalization.TryAdd("to", JsonNode.Parse("""[{ "email": "amina@example.org" }]"""));
        var request = Good();
        request["personalizations"] = new JsonArray(personalization);
        return request;
    }

    /// <summary>One personalization each for subscriber0@example.org, subscriber1@example.org and so on.</summary>
    public static JsonObject ToMany(int count)
    {
        var request = Good();
        request["personalizations"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => JsonNode.Parse(
            $$$"""{ "to": [{ "email": "subscriber{{{i}}}@example.org" }], "substitutions": { "-n-": "{{{i}}}" } }"""))]);
        return request;
    }
}
