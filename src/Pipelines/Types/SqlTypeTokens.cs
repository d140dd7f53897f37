namespace LakehouseOperator.Pipelines.Types;

internal enum SqlTypeToken
{
    /// <summary>A bare or double-quoted name, quotes removed.</summary>
    Word,
    Number,

    /// <summary>A string literal, as in ENUM.</summary>
    Text,
    Symbol,
    End,
}

internal readonly record struct SqlTypeTokenAt(SqlTypeToken Kind, string Text)
{
    public bool IsSymbol(char symbol) => Kind == SqlTypeToken.Symbol && Text[0] == symbol;
}

/// <summary>Tokens of a type's text with one token of lookahead.</summary>
internal sealed class SqlTypeTokens
{
    private readonly string sql;
    private int position;

    public SqlTypeTokens(string sql)
    {
        this.sql = sql;
        Current = Scan();
        Next = Scan();
    }

    public SqlTypeTokenAt Current { get; private set; }

    public SqlTypeTokenAt Next { get; private set; }

    public SqlTypeTokenAt Take()
    {
        var token = Current;
        Current = Next;
        Next = Scan();
        return token;
    }

    public bool TakeSymbol(char symbol)
    {
        if (!Current.IsSymbol(symbol))
            return false;
        Take();
        return true;
    }

    public bool TakeWord(string word)
    {
        if (Current.Kind != SqlTypeToken.Word || !Current.Text.Equals(word, StringComparison.OrdinalIgnoreCase))
            return false;
        Take();
        return true;
    }

    private SqlTypeTokenAt Scan()
    {
        while (position < sql.Length && char.IsWhiteSpace(sql[position]))
            position++;
        if (position == sql.Length)
            return new SqlTypeTokenAt(SqlTypeToken.End, "");
        var c = sql[position];
        if (c is '"' or '\'')
            return ScanQuoted(c);
        var start = position++;
        if (char.IsAsciiDigit(c))
        {
            while (position < sql.Length && char.IsAsciiDigit(sql[position]))
                position++;
            return new SqlTypeTokenAt(SqlTypeToken.Number, sql[start..position]);
        }

        if (!IsWordStart(c))
            return new SqlTypeTokenAt(SqlTypeToken.Symbol, sql[start..position]);
        while (position < sql.Length && (IsWordStart(sql[position]) || char.IsAsciiDigit(sql[position]) || sql[position] == '$'))
            position++;
        return new SqlTypeTokenAt(SqlTypeToken.Word, sql[start..position]);
    }

    /// <summary>A doubled quote stands for itself; one that never closes makes the text malformed, which the parser sees as a stray symbol.</summary>
    private SqlTypeTokenAt ScanQuoted(char quote)
    {
        var text = new System.Text.StringBuilder();
        for (var at = position + 1; at < sql.Length; at++)
        {
            if (sql[at] != quote)
            {
                text.Append(sql[at]);
                continue;
            }

            if (at + 1 < sql.Length && sql[at + 1] == quote)
            {
                text.Append(quote);
                at++;
                continue;
            }

            position = at + 1;
            return new SqlTypeTokenAt(quote == '"' ? SqlTypeToken.Word : SqlTypeToken.Text, text.ToString());
        }

        position = sql.Length;
        return new SqlTypeTokenAt(SqlTypeToken.Symbol, quote.ToString());
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\x80';
}
