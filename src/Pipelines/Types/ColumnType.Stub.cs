namespace LakehouseOperator.Pipelines.Types;

public abstract partial record ColumnType
{
    public static partial bool TryParseSql(string sql, out ColumnType? type, out TypeRefusal? refusal) =>
        throw new NotSupportedException();
}
