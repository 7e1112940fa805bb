namespace Pipeline.Storage;

/// <summary>OData filters as tables understand them; values are quoted by the SDK.</summary>
public static class TableFilter
{
    public static string Of(FormattableString filter) => TableClient.CreateQueryFilter(filter);

    public static string And(params string[] filters) => string.Join(" and ", filters.Select(filter => $"({filter})"));
}
