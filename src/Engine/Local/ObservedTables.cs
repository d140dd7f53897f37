using System.Collections.Concurrent;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Local;

/// <summary>What decisions need of a table's newest version. Files are not kept.</summary>
internal sealed record TableState(string TableId, long Version, long DataVersion, long? Rows, ConsumedInputs? Consumed)
{
    public static TableState Of(Snapshot snapshot) => new(
        snapshot.TableId,
        snapshot.Version,
        snapshot.DataVersion,
        snapshot.Rows,
        snapshot.Domains.TryGetValue(ConsumedInputs.Domain, out var json) ? ConsumedInputs.TryParse(json) : null);
}

/// <summary>The newest version of every table, as last read. Read again when somebody says that it changed; unreadable ones keep their error.</summary>
internal sealed class ObservedTables(Lake lake, IReadOnlySet<string> names)
{
    private const int Parallel = 8;
    private readonly ConcurrentDictionary<string, TableState> states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Diagnostic> errors = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, TableVersion> Versions =>
        states.ToDictionary(state => state.Key, state => new TableVersion(state.Value.TableId, state.Value.DataVersion), StringComparer.Ordinal);

    public TableState? this[string table] => states.GetValueOrDefault(table);

    public Diagnostic? Error(string table) => errors.GetValueOrDefault(table);

    public Task ReadAllAsync(CancellationToken cancellationToken) => ReadAsync(names, cancellationToken);

    /// <summary>Of these, those that somebody here writes, reads or checks: a quarantine table that nobody asks for costs no look.</summary>
    public Task ReadAsync(IEnumerable<string> tables, CancellationToken cancellationToken) => System.Threading.Tasks.Parallel.ForEachAsync(
        tables.Where(names.Contains), new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (table, cancellation) =>
        {
            try
            {
                var snapshot = await lake.Table(TableName.Parse(table)).ReadSnapshotAsync(null, cancellation);
                errors.TryRemove(table, out _);
                if (snapshot is null)
                    states.TryRemove(table, out _);
                else
                    states[table] = TableState.Of(snapshot);
            }
            catch (DiagnosticException e)
            {
                // What others have of the table stays; whoever reads or writes it meets the same error and reports it.
                errors[table] = e.Diagnostic;
            }
        });
}
