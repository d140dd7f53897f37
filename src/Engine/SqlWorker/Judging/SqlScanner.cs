namespace LakehouseOperator.Engine.SqlWorker.Judging;

internal enum SqlTokenKind
{
    Word,
    QuotedName,
    Text,
    Symbol,
}

/// <summary>A token's place in UTF-16 units.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;

    public bool IsSymbol(string sql, char symbol) => Kind == SqlTokenKind.Symbol && sql[Start] == symbol;

    public bool IsWord(string sql, string word) =>
        Kind == SqlTokenKind.Word && sql.AsSpan(Start, Length).Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Splits SQL into tokens by PostgreSQL's lexical rules, which DuckDB's parser follows: nested comments, dollar quotes, E-strings. It only finds
/// places to edit; that an edited text still means the same is shown by DuckDB's own parser (see <see cref="SyntaxTree.SameAs"/>).
/// </summary>
internal static class SqlScanner
{
    /// <summary>Tokens in order, without white space and comments. An unterminated one reaches the end of the text.</summary>
    public static List<SqlToken> Scan(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            var next = SkipBlank(sql, at);
            if (next > at)
            {
                at = next;
                continue;
            }

            var token = ReadToken(sql, at);
            tokens.Add(token);
            at = token.End;
        }

        return tokens;
    }

    /// <summary>Blank that DuckDB turns into an ordinary space before it parses, which would shift every position after it.</summary>
    public static bool IsUnicodeSpace(char c) => c is '\u00A0' or (>= '\u2000' and <= '\u200D') or '\u202F' or '\u205F' or '\u2060' or '\u3000' or '\uFEFF';

    private static int SkipBlank(string sql, int at)
    {
        if (char.IsWhiteSpace(sql[at]) || IsUnicodeSpace(sql[at]))
            return at + 1;
        if (StartsWith(sql, at, "--"))
        {
            var line = sql.AsSpan(at).IndexOfAny('\n', '\r');
            return line < 0 ? sql.Length : at + line;
        }

        return StartsWith(sql, at, "/*") ? EndOfComment(sql, at) : at;
    }

    private static int EndOfComment(string sql, int at)
    {
        var depth = 0;
        while (at < sql.Length)
        {
            var (step, change) = StartsWith(sql, at, "/*") ? (2, 1) : StartsWith(sql, at, "*/") ? (2, -1) : (1, 0);
            at += step;
            depth += change;
            if (depth == 0)
                return at;
        }

        return at;
    }

    private static SqlToken ReadToken(string sql, int at)
    {
        var c = sql[at];
        if (c == '"')
            return Quoted(sql, at, at + 1, '"', SqlTokenKind.QuotedName, backslash: false);
        if (c == '\'')
            return Quoted(sql, at, at + 1, '\'', SqlTokenKind.Text, backslash: false);
        if (c is 'e' or 'E' && at + 1 < sql.Length && sql[at + 1] == '\'')
            return Quoted(sql, at, at + 2, '\'', SqlTokenKind.Text, backslash: true);
        if (c == '$' && DollarQuoted(sql, at) is { } text)
            return text;
        if (!IsWordStart(c) && !char.IsAsciiDigit(c))
            return new SqlToken(SqlTokenKind.Symbol, at, 1);
        var end = at + 1;
        while (end < sql.Length && (IsWordStart(sql[end]) || char.IsAsciiDigit(sql[end]) || sql[end] == '$'))
            end++;
        return new SqlToken(SqlTokenKind.Word, at, end - at);
    }

    private static SqlToken Quoted(string sql, int start, int at, char quote, SqlTokenKind kind, bool backslash)
    {
        while (at < sql.Length)
        {
            if (backslash && sql[at] == '\\')
            {
                at += 2;
            }
            else if (sql[at] != quote)
            {
                at++;
            }
            else if (at + 1 < sql.Length && sql[at + 1] == quote)
            {
                at += 2;
            }
            else
            {
                return new SqlToken(kind, start, at + 1 - start);
            }
        }

        return new SqlToken(kind, start, sql.Length - start);
    }

    private static SqlToken? DollarQuoted(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && sql[end] != '$' && (IsWordStart(sql[end]) || (end > at + 1 && char.IsAsciiDigit(sql[end]))))
            end++;
        if (end >= sql.Length || sql[end] != '$')
            return null;
        var tag = sql[at..(end + 1)];
        var close = sql.IndexOf(tag, end + 1, StringComparison.Ordinal);
        return new SqlToken(SqlTokenKind.Text, at, (close < 0 ? sql.Length : close + tag.Length) - at);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_' || (c >= 0x80 && !IsUnicodeSpace(c));

    private static bool StartsWith(string sql, int at, string what) => string.CompareOrdinal(sql, at, what, 0, what.Length) == 0;
}
