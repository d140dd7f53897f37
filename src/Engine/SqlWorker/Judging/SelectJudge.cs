using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>A place where a table is named.</summary>
/// <param name="Location">Byte offset of its name in the prepared text.</param>
internal sealed record TableUse(TableName Table, long? Version, long? Location);

/// <param name="IsAggregate">An aggregate function is called, outside of a window.</param>
/// <param name="IsUnnesting">An expression makes several rows of one.</param>
internal sealed record Judgement(IReadOnlyList<TableUse> Tables, IReadOnlyList<string> Varying, bool IsAggregate, bool IsUnnesting);

/// <summary>
/// Walks DuckDB's syntax tree of one statement and refuses whatever is not listed: kinds of nodes, of table references and of expressions,
/// functions, and tables that are not <c>layer.table</c>. What this version does not know is refused, never skipped.
/// </summary>
internal sealed class SelectJudge(FunctionList functions)
{
    private static readonly HashSet<string> QueryNodes = ["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"];

    private static readonly HashSet<string> Expressions =
    [
        "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA", "LAMBDA_REF", "OPERATOR",
        "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "WINDOW",
    ];

    /// <summary>Objects with a <c>type</c> that are none of the above: modifiers, order terms, and type information of casts.</summary>
    private static readonly HashSet<string> Parts =
    [
        "ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
        "JOIN", "SUBQUERY", "EXPRESSION_LIST", "PIVOT", "EMPTY",
        "DECIMAL_TYPE_INFO", "STRING_TYPE_INFO", "LIST_TYPE_INFO", "STRUCT_TYPE_INFO", "ENUM_TYPE_INFO", "UNBOUND_TYPE_INFO", "ARRAY_TYPE_INFO",
        "EXTRA_TYPE_INFO", "GENERIC_TYPE_INFO", "INTEGER_LITERAL_TYPE_INFO",
    ];

    /// <summary>Words without parentheses that DuckDB takes as functions where there is no such column.</summary>
    private static readonly HashSet<string> VaryingWords =
        new(StringComparer.OrdinalIgnoreCase) { "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp" };

    private readonly List<TableUse> tables = [];
    private readonly SortedSet<string> varying = new(StringComparer.Ordinal);
    private bool isAggregate;
    private bool isUnnesting;

    /// <param name="root">What <c>json_serialize_sql</c> answered.</param>
    /// <exception cref="RefusalException">Not accepted.</exception>
    public static Judgement Judge(JsonElement root, FunctionList functions)
    {
        var judge = new SelectJudge(functions);
        judge.Walk(Statement(root), new Scope([], null));
        return new Judgement(judge.tables, [.. judge.varying], judge.isAggregate, judge.isUnnesting);
    }

    /// <summary>The query node of the one SELECT statement in DuckDB's answer.</summary>
    /// <exception cref="RefusalException">It does not parse, or is another kind or number of statements.</exception>
    public static JsonElement Statement(JsonElement root)
    {
        if (root.IsTrue("error"))
            throw ParserError(root);
        var statements = root.GetProperty("statements");
        if (statements.GetArrayLength() == 0)
            throw new RefusalException(SqlCodes.NotOneStatement, "the SQL is empty", help: "write one SELECT");
        if (statements.GetArrayLength() > 1)
        {
            throw new RefusalException(
                SqlCodes.NotOneStatement, $"the SQL is {statements.GetArrayLength()} statements", FirstLocation(statements[1]), "keep one SELECT");
        }

        var statement = statements[0];
        if (statement.TryGetProperty("named_param_map", out var parameters) && parameters.GetArrayLength() > 0)
            throw new RefusalException(SqlCodes.ConstructRefused, "the SQL has parameters, which nothing would fill", help: "write the value itself");
        return statement.GetProperty("node");
    }

    private static RefusalException ParserError(JsonElement root)
    {
        var position = long.TryParse(root.Text("position"), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : (long?)null;
        if (root.Text("error_type") == "not implemented")
            return new RefusalException(SqlCodes.NotSelect, "the statement is not a SELECT", position, "write one SELECT; PIVOT needs its values listed by IN");
        var message = root.Text("error_message") ?? "the SQL does not parse";
        return message.StartsWith("Max expression depth", StringComparison.Ordinal)
            ? new RefusalException(SqlCodes.TooLarge, "the SQL is nested too deeply", position)
            : new RefusalException(SqlCodes.SyntaxError, message, position);
    }

    private static long? FirstLocation(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.Location() ?? element.EnumerateObject().Select(static m => FirstLocation(m.Value)).FirstOrDefault(static l => l is not null),
        JsonValueKind.Array => element.EnumerateArray().Select(FirstLocation).FirstOrDefault(static l => l is not null),
        _ => null,
    };

    private void Walk(JsonElement element, Scope scope)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Walk(item, scope);
                break;
            case JsonValueKind.Object:
                WalkObject(element, scope.At(element.Location()));
                break;
        }
    }

    private void WalkObject(JsonElement node, Scope scope)
    {
        if (node.TryGetProperty("class", out var kind))
        {
            WalkExpression(node, kind.GetString() ?? "", scope);
            return;
        }

        switch (node.Text("type"))
        {
            case null:
                if (node.TryGetProperty("sample_size", out _))
                    varying.Add("sample");
                WalkMembers(node, scope);
                break;
            case "BASE_TABLE":
                WalkBaseTable(node, scope);
                break;
            case "TABLE_FUNCTION":
                WalkTableFunction(node, scope);
                break;
            case "SHOW_REF":
                throw new RefusalException(SqlCodes.NotSelect, "DESCRIBE, SHOW and SUMMARIZE are not SELECTs", scope.Location, "write one SELECT");
            case { } type when QueryNodes.Contains(type):
                WalkQuery(node, scope);
                break;
            case { } type when Parts.Contains(type):
                WalkMembers(node, scope);
                break;
            case { } type:
                throw new RefusalException(SqlCodes.ConstructRefused, $"the SQL uses {Words(type)}, which is not accepted", scope.Location);
        }
    }

    private void WalkMembers(JsonElement node, Scope scope)
    {
        foreach (var member in node.EnumerateObject())
            Walk(member.Value, scope);
    }

    /// <summary>A common table expression is seen by the ones after it, by its own recursive part, and by the query.</summary>
    private void WalkQuery(JsonElement node, Scope scope)
    {
        var inner = scope;
        if (node.TryGetProperty("cte_map", out var ctes))
        {
            foreach (var cte in ctes.GetProperty("map").EnumerateArray())
            {
                Walk(cte.GetProperty("value"), inner);
                inner = inner.With(cte.GetProperty("key").GetString()!);
            }
        }

        foreach (var member in node.EnumerateObject())
        {
            if (member.NameEquals("cte_map"))
                continue;
            var sees = member.NameEquals("right") && node.Text("type") == "RECURSIVE_CTE_NODE" ? inner.With(node.Text("cte_name") ?? "") : inner;
            Walk(member.Value, sees);
        }
    }

    private void WalkExpression(JsonElement node, string kind, Scope scope)
    {
        if (!Expressions.Contains(kind))
            throw new RefusalException(SqlCodes.ConstructRefused, $"the SQL uses {Words(kind)}, which is not accepted", scope.Location);
        switch (kind)
        {
            case "CONSTANT":
                return;
            case "FUNCTION" or "WINDOW":
                CheckFunction(node, kind == "WINDOW", scope);
                break;
            case "COLUMN_REF":
                NoteVaryingWord(node);
                return;
        }

        WalkMembers(node, scope);
    }

    private void CheckFunction(JsonElement node, bool isWindow, Scope scope)
    {
        var name = node.Text("function_name") ?? "";
        if (!string.IsNullOrEmpty(node.Text("catalog")) || node.Text("schema") is not (null or "" or "main"))
            throw new RefusalException(SqlCodes.FunctionRefused, $"function \"{name}\" is called in a schema", scope.Location, "call it by its plain name");
        var verdict = functions.InExpression(name);
        if (verdict == FunctionVerdict.Unknown)
            throw new RefusalException(SqlCodes.FunctionUnknown, $"function \"{name}\" does not exist", scope.Location, Suggestion.For(name, functions.AllowedInExpressions));
        if (verdict == FunctionVerdict.Refused)
            throw new RefusalException(SqlCodes.FunctionRefused, $"function \"{name}\" is not accepted", scope.Location, "it reaches outside the query");
        if (verdict == FunctionVerdict.Varies && !(name is "age" && node.GetProperty("children").GetArrayLength() > 1))
            varying.Add(name.ToLowerInvariant());
        isAggregate |= !isWindow && functions.IsAggregate(name);
        isUnnesting |= functions.IsUnnesting(name);
    }

    private void NoteVaryingWord(JsonElement node)
    {
        var names = node.GetProperty("column_names");
        if (names.GetArrayLength() == 1 && names[0].GetString() is { } word && VaryingWords.Contains(word))
            varying.Add(word.ToLowerInvariant());
    }

    private void WalkTableFunction(JsonElement node, Scope scope)
    {
        var function = node.GetProperty("function");
        var name = function.Text("function_name");
        if (function.Text("class") != "FUNCTION" || name is null || !string.IsNullOrEmpty(function.Text("schema")) || !string.IsNullOrEmpty(function.Text("catalog")))
            throw new RefusalException(SqlCodes.FunctionRefused, "a table function must be called by its plain name", scope.Location);
        if (functions.InFrom(name) != FunctionVerdict.Allowed)
        {
            var code = functions.InFrom(name) == FunctionVerdict.Unknown ? SqlCodes.FunctionUnknown : SqlCodes.FunctionRefused;
            var message = code == SqlCodes.FunctionUnknown ? $"table function \"{name}\" does not exist" : $"table function \"{name}\" is not accepted";
            throw new RefusalException(
                code, message, scope.Location, Suggestion.For(name, functions.AllowedInFrom) ?? "read tables of this Lakehouse, written layer.table");
        }

        foreach (var member in node.EnumerateObject())
        {
            if (member.NameEquals("function"))
                WalkMembers(member.Value, scope);
            else
                Walk(member.Value, scope);
        }
    }

    private void WalkBaseTable(JsonElement node, Scope scope)
    {
        var (catalog, schema, table) = (node.Text("catalog_name"), node.Text("schema_name"), node.Text("table_name") ?? "");
        var version = node.TryGetProperty("at_clause", out var at) && at.ValueKind != JsonValueKind.Null ? PinnedVersion(at, scope) : null;
        if (node.TryGetProperty("sample", out var sample) && sample.ValueKind == JsonValueKind.Object)
            varying.Add("sample");
        if (!string.IsNullOrEmpty(catalog))
        {
            throw new RefusalException(
                SqlCodes.TableRefused, $"\"{catalog}.{schema}.{table}\" has three parts", scope.Location, "tables are written layer.table");
        }

        if (string.IsNullOrEmpty(schema))
        {
            if (scope.Sees(table) && version is null)
                return;
            throw new RefusalException(
                SqlCodes.TableRefused, $"\"{table}\" is not a table of this Lakehouse", scope.Location,
                Suggestion.For(table, scope.Ctes) ?? "tables are written layer.table");
        }

        var name = $"{schema}.{table}".ToLowerInvariant();
        if (!TableName.TryParse(name, out var parsed) || Layers.Reserved.Contains(parsed.Layer))
            throw new RefusalException(SqlCodes.TableRefused, $"\"{name}\" is not a table of this Lakehouse", scope.Location, "tables are written layer.table");
        tables.Add(new TableUse(parsed, version, scope.Location));
    }

    private static long? PinnedVersion(JsonElement at, Scope scope)
    {
        if (at.Text("unit") is not { } unit || !unit.Equals("VERSION", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusalException(
                SqlCodes.VersionRefused, "a snapshot is pinned by its version, not by a time", scope.Location,
                "write AT (VERSION => n); lakehouse history shows which version was current when");
        }

        var expression = at.GetProperty("expr");
        return expression.Text("class") == "CONSTANT"
            && expression.GetProperty("value") is var value
            && value.TryGetProperty("value", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt64(out var version) && version >= 0
            ? version
            : throw new RefusalException(SqlCodes.VersionRefused, "AT (VERSION => n) takes a whole number, written as such", expression.Location() ?? scope.Location);
    }

    private static string Words(string type) => type.ToLowerInvariant().Replace('_', ' ');

    /// <param name="Ctes">Common table expressions that may be named here.</param>
    /// <param name="Location">Nearest position in the text.</param>
    private sealed record Scope(ImmutableList<string> Ctes, long? Location)
    {
        public Scope At(long? location) => location is null || location == Location ? this : this with { Location = location };

        public Scope With(string cte) => this with { Ctes = Ctes.Add(cte) };

        public bool Sees(string table) => Ctes.Exists(cte => Ascii.Equals(cte, table));
    }

    private static class Ascii
    {
        /// <summary>DuckDB folds the case of names in ASCII alone.</summary>
        public static bool Equals(string left, string right) => left.Length == right.Length && System.Text.Ascii.IsValid(left)
            ? System.Text.Ascii.EqualsIgnoreCase(left, right)
            : string.Equals(left, right, StringComparison.Ordinal);
    }
}
