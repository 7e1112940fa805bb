using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Backups;

/// <summary>A row as a line of JSON. Types that JSON lacks are named as in OData: "Count@odata.type":"Edm.Int64".</summary>
internal static class BackupLine
{
    private const string TypeOf = "@odata.type";

    // Operators search these lines for names in any script.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, TableEntity row)
    {
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            json.WriteStartObject();
            json.WriteString("PartitionKey", row.PartitionKey);
            json.WriteString("RowKey", row.RowKey);
            if (row.Timestamp is { } written)
                json.WriteString("Timestamp", Text(written));
            foreach (var (column, value) in row)
                if (column is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag"))
                    Write(json, column, value);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>The row to insert. Without Timestamp, which storage sets.</summary>
    public static TableEntity Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        var row = new TableEntity();
        foreach (var property in json.RootElement.EnumerateObject())
            if (property.Name != "Timestamp" && !property.Name.EndsWith(TypeOf, StringComparison.Ordinal))
            {
                var type = json.RootElement.TryGetProperty(property.Name + TypeOf, out var named) ? named.GetString() : null;
                row[property.Name] = Value(property.Value, type);
                // The client cannot write NaN and infinities as numbers, but it accepts a text with this type.
                if (type == "Edm.Double" && row[property.Name] is string)
                    row[property.Name + TypeOf] = type;
            }

        return row;
    }

    private static void Write(Utf8JsonWriter json, string column, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(column, text);
                break;
            case bool flag:
                json.WriteBoolean(column, flag);
                break;
            case int number:
                json.WriteNumber(column, number);
                break;
            case long number:
                Typed("Edm.Int64", number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteString(column + TypeOf, "Edm.Double");
                json.WriteNumber(column, number);
                break;
            case double number:
                Typed("Edm.Double", number.ToString(CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                Typed("Edm.DateTime", Text(time));
                break;
            case Guid id:
                Typed("Edm.Guid", id.ToString());
                break;
            case byte[] bytes:
                Typed("Edm.Binary", Convert.ToBase64String(bytes));
                break;
            default:
                // A failed backup is better than an incomplete one.
                throw new NotSupportedException($"The column {column} holds a {value.GetType()}, which no table has.");
        }

        void Typed(string type, string text)
        {
            json.WriteString(column + TypeOf, type);
            json.WriteString(column, text);
        }
    }

    private static object Value(JsonElement value, string? type) => type switch
    {
        "Edm.Int64" => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        "Edm.Double" => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : value.GetString()!,
        "Edm.DateTime" => value.GetDateTimeOffset(),
        "Edm.Guid" => value.GetGuid(),
        "Edm.Binary" => value.GetBytesFromBase64(),
        null when value.ValueKind == JsonValueKind.Number => value.GetInt32(),
        null when value.ValueKind == JsonValueKind.String => value.GetString()!,
        null when value.ValueKind is JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        _ => throw new JsonException($"A value of type {type ?? value.ValueKind.ToString()} is none that a table has."),
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
