using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>Expressions over one table's columns, as checks use them: <c>total &lt; 0</c>, <c>avg(total)</c>.</summary>
internal static class ExpressionRequest
{
    private const string Before = "SELECT (\n";

    public static BindResult Bind(RequestContext context, BindExpressionRequest request)
    {
        var text = SqlText.Verbatim(request.Expression);
        var from = $"\n) FROM {Sandboxes.TableViews.NameOf(request.Table)}";
        try
        {
            CheckBalance(text);
            var statement = SqlStatement.Parse(context.Connection, Before + text.Original + from, out _);
            Check(context, statement, request);
            Sandboxes.TableViews.CheckTypes(context.Connection, [request.Table]);
            return context.BindEmpty(Before + text.Original + from, text, RequestContext.BytesOf(Before), [request.Table], request.Limits);
        }
        catch (RefusalException e)
        {
            var shifted = new RefusalException(e.Code, e.Message, e.Location - RequestContext.BytesOf(Before), e.Help);
            return new BindResult([], DuckDbErrors.From(shifted, text));
        }
    }

    /// <summary>The text stays within the parentheses that it is put into, here and in the checks' statements.</summary>
    private static void CheckBalance(SqlText text)
    {
        var depth = 0;
        var tokens = SqlScanner.Scan(text.Original);
        if (tokens.Count == 0)
            throw new RefusalException(SqlCodes.ExpressionRefused, "the expression is empty");
        foreach (var token in tokens)
        {
            depth += token.IsSymbol(text.Original, '(') ? 1 : token.IsSymbol(text.Original, ')') ? -1 : 0;
            if (depth < 0 || token.IsSymbol(text.Original, ';'))
                throw Refused(text, token, "the expression ends before its text does");
        }

        if (depth > 0)
            throw Refused(text, tokens[^1], "a parenthesis is not closed");
    }

    private static void Check(RequestContext context, SqlStatement statement, BindExpressionRequest request)
    {
        using var tree = SqlStatement.Serialize(context.Connection, statement.Text.Prepared);
        var items = SelectJudge.Statement(tree.RootElement).GetProperty("select_list");
        var kinds = ExpressionKinds.In(items);
        if (items.GetArrayLength() != 1 || kinds.Contains("STAR"))
            throw new RefusalException(SqlCodes.ExpressionRefused, "this is not one expression", help: "write one value, such as total < 0");
        if (kinds.Contains("SUBQUERY") || statement.Judgement.Tables.Count != 1)
            throw new RefusalException(SqlCodes.ExpressionRefused, "an expression reads one table alone; it takes no subquery");
        if (kinds.Contains("WINDOW"))
            throw new RefusalException(SqlCodes.ExpressionRefused, "an expression takes no window function");
        if (statement.Judgement.IsUnnesting)
            throw new RefusalException(SqlCodes.ExpressionRefused, "an expression is one value of a row; it unnests nothing");
        if (request.Aggregate && !statement.Judgement.IsAggregate)
            throw new RefusalException(SqlCodes.ExpressionRefused, "the expression does not aggregate", help: "write an aggregate, such as avg(total)");
        if (!request.Aggregate && statement.Judgement.IsAggregate)
            throw new RefusalException(SqlCodes.ExpressionRefused, "the expression aggregates where a value of each row is asked for");
    }

    private static RefusalException Refused(SqlText text, SqlToken token, string message) => new(
        SqlCodes.ExpressionRefused, message, RequestContext.BytesOf(Before) + RequestContext.BytesOf(text.Original[..token.Start]));
}
