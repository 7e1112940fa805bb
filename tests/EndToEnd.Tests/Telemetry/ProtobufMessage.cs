using System.Buffers.Binary;
using Google.Protobuf;

namespace Pipeline.EndToEnd.Tests.Telemetry;

/// <summary>A protobuf message, read without its schema. The tests need only a few fields of OTLP.</summary>
public sealed class ProtobufMessage
{
    private readonly List<(int Field, ByteString Value)> _values = [];

    public ProtobufMessage(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
            _values.Add((WireFormat.GetTagFieldNumber(tag), Read(input, WireFormat.GetTagWireType(tag))));
    }

    public IEnumerable<ProtobufMessage> Messages(int field) => Bytes(field).Select(bytes => new ProtobufMessage(bytes));

    public string Text(int field) => _values.LastOrDefault(value => value.Field == field).Value?.ToStringUtf8() ?? "";

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field).LastOrDefault() ?? []);

    private IEnumerable<byte[]> Bytes(int field) => _values.Where(value => value.Field == field).Select(value => value.Value.ToByteArray());

    private static ByteString Read(CodedInputStream input, WireFormat.WireType type)
    {
        if (type == WireFormat.WireType.LengthDelimited)
            return input.ReadBytes();

        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, type switch
        {
            WireFormat.WireType.Varint => input.ReadUInt64(),
            WireFormat.WireType.Fixed64 => input.ReadFixed64(),
            WireFormat.WireType.Fixed32 => input.ReadFixed32(),
            _ => throw new InvalidDataException($"{type} is not used any more."),
        });
        return ByteString.CopyFrom(bytes);
    }
}
