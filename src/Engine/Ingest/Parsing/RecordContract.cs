using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Engine.Ingest.Parsing.Paths;
using LakehouseOperator.Engine.Ingest.Parsing.Values;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Ingest.Parsing;

/// <param name="Declared">What its author wrote; says which values fit.</param>
/// <param name="Stored">What a table holds, by the type table; what relations have.</param>
public sealed record RecordColumn(string Name, DuckDbType Declared, DuckDbType Stored, bool Required, JsonPath Path);

/// <summary>
/// What records of one table must look like: its declared columns and what becomes of records that do not fit. Immutable, shared by threads.
/// <list type="bullet">
/// <item>A record is one JSON object in UTF-8 (a byte order mark before it is passed over), at most <see cref="MaxDepth"/> deep. Which values a type takes is
/// said in <see cref="ValueParsers"/>.</item>
/// <item>A field that a path goes through may come once; fields that no path names are not looked at, so they may come twice unless
/// <c>unknownFields: Quarantine</c> refuses them anyway. That rule looks at the record's own fields, not at nested ones.</item>
/// <item>null and missing are NULL, and <c>required</c> refuses both. A path through null or a missing field is missing; through anything else that has
/// nothing below it, it is a value of the wrong type.</item>
/// <item><c>invalidValues: Null</c> leaves out values of columns that are not required; what is wrong with the record itself goes to quarantine still.
/// <c>Stop</c> ends the run at either.</item>
/// </list>
/// </summary>
public sealed class RecordContract
{
    /// <summary>Objects and arrays within each other that a record may have; DuckDB's JSON functions and every reader after us cope with it.</summary>
    public const int MaxDepth = 1000;

    private RecordContract(IReadOnlyList<RecordColumn> columns, ContractSpec contract)
    {
        Columns = columns;
        UnknownFields = contract.UnknownFields;
        InvalidValues = contract.InvalidValues;
        Paths = PathNode.Build([.. columns.Select(static column => column.Path)], out var nodes);
        PathCount = nodes;
    }

    public IReadOnlyList<RecordColumn> Columns { get; }

    public UnknownFields UnknownFields { get; }

    public InvalidValues InvalidValues { get; }

    internal PathNode Paths { get; }

    internal int PathCount { get; }

    /// <param name="connection">Resolves types; any connection will do.</param>
    /// <exception cref="DiagnosticException"><see cref="RecordCodes.PathInvalid"/> or <see cref="RecordCodes.ColumnTypeInvalid"/>, with the column's name.</exception>
    public static RecordContract Compile(DuckDbConnection connection, IReadOnlyList<ColumnSpec> columns, ContractSpec? contract)
    {
        var compiled = new RecordColumn[columns.Count];
        for (var i = 0; i < compiled.Length; i++)
        {
            var declared = ResolveType(connection, columns[i]);
            compiled[i] = new RecordColumn(
                columns[i].Name, declared, ValueParsers.Stored(declared), columns[i].Required, JsonPath.Parse(columns[i].Path ?? columns[i].Name));
        }

        return new RecordContract(compiled, contract ?? new ContractSpec());
    }

    /// <summary>DuckDB's own reading of the type's text, which keeps what the type table folds: UUID and JSON are VARCHAR there.</summary>
    private static DuckDbType ResolveType(DuckDbConnection connection, ColumnSpec column)
    {
        if (!ColumnType.TryParseSql(column.Type, out _, out var refusal))
            throw Refuse(column, refusal.Message, refusal.Help);
        try
        {
            using var statement = connection.Prepare($"SELECT CAST(NULL AS {column.Type})");
            var type = statement.DescribeColumns()[0].Type;
            _ = ValueParsers.Create(type, new TextBuffer());
            return type;
        }
        catch (DuckDbException e)
        {
            throw Refuse(column, e.Message, null, e);
        }
        catch (NotSupportedException e)
        {
            throw Refuse(column, e.Message, "declare it as JSON and cast it in a Transformation", e);
        }
    }

    private static DiagnosticException Refuse(ColumnSpec column, string message, string? help, Exception? inner = null) =>
        new(RecordCodes.ColumnTypeInvalid, $"column \"{column.Name}\" {column.Type}: {message}", help, inner);
}
