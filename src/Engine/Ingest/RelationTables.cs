using System.Collections.Concurrent;
using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>
/// Lets SQL of ours read rows that a source makes. Functions stay for as long as a database does, so that there is one, and each relation is a number that it
/// is called with.
/// </summary>
public sealed class RelationTables
{
    private const string FunctionName = "lakehouse_relation";

    private readonly ConcurrentDictionary<long, TableBinding> relations = new();
    private long lastKey;

    private RelationTables()
    {
    }

    /// <exception cref="DuckDbException">It is registered already in this database.</exception>
    public static RelationTables Register(DuckDbConnection connection)
    {
        var tables = new RelationTables();
        connection.Register(new Function(tables));
        return tables;
    }

    /// <summary>Known until it is disposed.</summary>
    public Relation Open(TableBinding binding)
    {
        var key = Interlocked.Increment(ref lastKey);
        relations[key] = binding;
        return new Relation(this, key);
    }

    /// <summary>A relation that can be read.</summary>
    public sealed class Relation(RelationTables tables, long key) : IDisposable
    {
        /// <summary>To put behind FROM.</summary>
        public string Sql { get; } = string.Create(CultureInfo.InvariantCulture, $"{FunctionName}({key})");

        public void Dispose() => tables.relations.TryRemove(key, out _);
    }

    private sealed class Function(RelationTables tables) : TableFunction
    {
        public override string Name => FunctionName;

        public override IReadOnlyList<DuckDbType> Parameters => [DuckDbType.BigInt];

        public override TableBinding Bind(IReadOnlyList<object?> arguments) =>
            arguments[0] is long key && tables.relations.TryGetValue(key, out var binding)
                ? binding
                : throw new InvalidOperationException($"{FunctionName} knows no open relation by this number");
    }
}
