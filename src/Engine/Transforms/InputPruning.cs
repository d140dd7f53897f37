using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>Leaves out the files of inputs of which the log alone says that the SQL needs no row.</summary>
public static class InputPruning
{
    /// <param name="worker">Knows what the SQL asks of its tables.</param>
    public static async Task<IReadOnlyList<PinnedTable>> PruneAsync(
        ISqlWorker worker, string sql, IReadOnlyList<PinnedTable> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(worker);
        if (inputs.All(static input => input.Snapshot.Files.Count < 2))
            return inputs;
        var shapes = inputs.Select(static input => TableStaging.Shape(input.Table.Name, input.Snapshot, input.PinnedVersion)).ToList();
        var asked = await worker.FiltersAsync(sql, shapes, cancellationToken);
        return [.. inputs.Select(input => asked.Tables.FirstOrDefault(table => table.Table == input.Table.Name.ToString() && table.Version == input.PinnedVersion) is { } filter
            ? input with { Needed = Needed(input, filter) }
            : input)];
    }

    /// <summary>In the snapshot's order. A table that is scanned several times needs what any of the scans does.</summary>
    private static List<DataFile> Needed(PinnedTable input, TableFilter filter)
    {
        var schema = input.Snapshot.Schema;
        var needed = new HashSet<DataFile>(ReferenceEqualityComparer.Instance);
        foreach (var scan in filter.Scans)
            needed.UnionWith(Scan.Prune(schema, input.Snapshot.Files, new ScanPredicate([.. scan.Select(one => Term(one, schema.Find(one.Column)?.Type)).OfType<ScanTerm>()])));
        return [.. input.Snapshot.Files.Where(needed.Contains)];
    }

    /// <summary>Null where the filter cannot be told from the log; it then keeps every file.</summary>
    private static ScanTerm? Term(ColumnFilter filter, ColumnType? type)
    {
        if (type is null || ComparisonOf(filter.Operator) is not { } comparison)
            return null;
        if (comparison is Comparison.IsNull or Comparison.IsNotNull)
            return new ScanTerm(filter.Column, comparison);
        var values = filter.Values.Select(text => ColumnValue.Parse(text, type)).ToList();
        return values.Count > 0 && values.TrueForAll(static value => value is not null)
            ? comparison == Comparison.In ? new ScanTerm(filter.Column, comparison, Values: [.. values.Select(static value => value!.Value)]) : new ScanTerm(filter.Column, comparison, values[0])
            : null;
    }

    private static Comparison? ComparisonOf(string name) => name switch
    {
        ColumnFilter.In => Comparison.In,
        ColumnFilter.Less => Comparison.Less,
        ColumnFilter.LessOrEqual => Comparison.LessOrEqual,
        ColumnFilter.Greater => Comparison.Greater,
        ColumnFilter.GreaterOrEqual => Comparison.GreaterOrEqual,
        ColumnFilter.IsNull => Comparison.IsNull,
        ColumnFilter.IsNotNull => Comparison.IsNotNull,
        _ => null,
    };
}
