namespace Pipeline.Storage;

public static class TableFilter
{
    public static string Of(FormattableString filter) => TableClient.CreateQueryFilter(filter);

    public static string And(params string[] filters) => string.Join(" and ", filters.Select(filter => $"({filter})"));
}
