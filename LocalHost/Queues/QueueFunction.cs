using System.Reflection;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Queues;

/// <summary>A function with a queue trigger.</summary>
internal sealed record QueueFunction(Function Function, Type MessageType, string Queue, string ConnectionString)
{
    // As the worker's own: the names in a message may begin with small letters.
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public string Name => Function.Name;

    public static QueueFunction From(Function function, ParameterInfo trigger, QueueTriggerAttribute attribute, SettingNames names)
    {
        ParameterCheck.RefuseOthers(function, trigger);
        return new QueueFunction(
            function,
            trigger.ParameterType,
            names.Resolve(attribute.QueueName, function.Name),
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
}
