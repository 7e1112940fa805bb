using Pipeline.Storage;
using Xunit;

namespace Pipeline.Core.Tests.Storage;

public sealed class TableSpansTests
{
    [Theory]
    [InlineData("GET", "/account/Practices()", "query")]
    [InlineData("GET", "/account/Practices(PartitionKey='a',RowKey='b')", "get")]
    [InlineData("POST", "/account/Practices", "insert")]
    [InlineData("PATCH", "/account/Practices(PartitionKey='a',RowKey='b')", "merge")]
    public void A_span_is_named_after_the_operation_and_the_table(string method, string path, string operation) =>
        Assert.Equal((operation, "Practices"), TableSpans.NameOf(method, path));
}
