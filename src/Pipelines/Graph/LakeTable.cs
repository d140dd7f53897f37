namespace LakehouseOperator.Pipelines.Graph;

/// <summary>A table of one Lakehouse. Two Lakehouses may each have a <c>silver.orders</c>.</summary>
public sealed record LakeTable(string Namespace, string Lakehouse, TableName Name)
{
    /// <summary>By namespace, Lakehouse and name, ordinal.</summary>
    public static IComparer<LakeTable> Order { get; } = Comparer<LakeTable>.Create(Compare);

    public override string ToString() => Name.ToString();

    private static int Compare(LakeTable x, LakeTable y)
    {
        var order = string.CompareOrdinal(x.Namespace, y.Namespace);
        if (order == 0)
            order = string.CompareOrdinal(x.Lakehouse, y.Lakehouse);
        return order != 0 ? order : string.CompareOrdinal(x.Name.ToString(), y.Name.ToString());
    }
}
