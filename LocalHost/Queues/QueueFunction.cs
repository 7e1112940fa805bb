using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Queues;

/// <summary>A function with a queue trigger.</summary>
internal sealed partial record QueueFunction(Function Function, Type MessageType, string Queue, string Connection, string ConnectionString)
{
    // As the worker's own: the names in a message may begin with small letters.
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public string Name => Function.Name;

    public static QueueFunction From(Function function, ParameterInfo trigger, QueueTriggerAttribute attribute, SettingNames names)
    {
        ParameterCheck.RefuseOthers(function, trigger);
        var queue = names.Resolve(attribute.QueueName, function.Name);
        if (!QueueName().IsMatch(queue))
            throw new StartException(
                $"Function {function.Name}: '{queue}' is not a queue name. It has 3 to 63 small letters, digits and single hyphens between them.");
        return new QueueFunction(
            function,
            trigger.ParameterType,
            queue,
            SettingNames.Connection(attribute.Connection),
            names.Storage(attribute.Connection, function.Name));
    }

    public object? Argument(QueueMessage message, BinaryData body) =>
        MessageType == typeof(QueueMessage)
            ? QueuesModelFactory.QueueMessage(
                message.MessageId, message.PopReceipt, body, message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn)
            : Argument(body);

    public object? Argument(BinaryData body) =>
        MessageType == typeof(string) ? body.ToString()
        : MessageType == typeof(byte[]) ? body.ToArray()
        : MessageType == typeof(BinaryData) ? body
        : MessageType == typeof(QueueMessage) ? QueuesModelFactory.QueueMessage($"{Guid.NewGuid()}", "", body, 1, null, null, null)
        : JsonSerializer.Deserialize(body.ToMemory().Span, MessageType, Json);

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex QueueName();
}
