using System.Globalization;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// Reads a type as DuckDB's parser and <c>DESCRIBE</c> spell it and answers with the type it is stored as. Recursive descent over
/// <see cref="SqlTypeTokens"/>; a null result always comes with a refusal.
/// </summary>
internal sealed class SqlTypeParser(string sql)
{
    private const int MaxDepth = 64;

    private readonly SqlTypeTokens tokens = new(sql);
    private TypeRefusal? refusal;
    private int depth;

    public ColumnType? Parse(out TypeRefusal? reason)
    {
        var type = ReadType();
        if (type is not null && tokens.Current.Kind != SqlTypeToken.End)
            type = Malformed();
        if (refusal is not null)
            type = null;
        reason = type is null ? refusal ?? SqlTypeNames.Unknown(sql) : null;
        return type;
    }

    private ColumnType? ReadType()
    {
        if (++depth > MaxDepth)
            return Refuse($"type is nested deeper than {MaxDepth} levels", "flatten it");
        var type = ReadBase();
        while (type is not null && ReadSuffix(out var length))
        {
            type = length is { } n
                ? Refuse($"{type.Sql}[{n}] is an array of fixed length", $"CAST(... AS {type.Sql}[])")
                : new ColumnType.Array(type);
        }

        depth--;
        return type;
    }

    /// <summary><c>[]</c>, <c>[3]</c>, <c>ARRAY</c> or <c>ARRAY[3]</c>.</summary>
    private bool ReadSuffix(out int? length)
    {
        length = null;
        var word = tokens.TakeWord("ARRAY");
        if (!tokens.TakeSymbol('['))
            return word;
        length = ReadNumber();
        if (!tokens.TakeSymbol(']'))
            Malformed();
        return true;
    }

    private ColumnType? ReadBase()
    {
        if (tokens.Current.Kind != SqlTypeToken.Word)
            return Malformed();
        var name = tokens.Take().Text.ToUpperInvariant();
        return name switch
        {
            "STRUCT" or "ROW" => ReadStruct(),
            "MAP" => ReadMap(),
            "UNION" or "ENUM" => ReadArguments(name),
            "DECIMAL" or "NUMERIC" or "DEC" => ReadDecimal(),
            "FLOAT" => ReadFloat(),
            "LIST" => Refuse("LIST needs the type of its elements", "write it as INTEGER[]"),
            _ => ReadNamed(name),
        };
    }

    private ColumnType? ReadNamed(string first)
    {
        var name = first switch
        {
            "DOUBLE" when tokens.TakeWord("PRECISION") => "DOUBLE",
            "CHARACTER" or "CHAR" or "NCHAR" => Varying("CHAR"),
            "NATIONAL" when tokens.TakeWord("CHARACTER") || tokens.TakeWord("CHAR") => Varying("CHAR"),
            "BIT" => Varying("BIT"),
            _ => first,
        };
        if (tokens.Current.IsSymbol('(') && !SkipParentheses())
            return Malformed();
        if (name is "TIMESTAMP" or "TIME")
            name = Zoned(name);
        var type = SqlTypeNames.Find(name, out var reason);
        refusal ??= reason;
        return type;
    }

    private string Varying(string name)
    {
        tokens.TakeWord("VARYING");
        return name;
    }

    private string Zoned(string name)
    {
        var with = tokens.TakeWord("WITH");
        if (!with && !tokens.TakeWord("WITHOUT"))
            return name;
        if (!tokens.TakeWord("TIME") || !tokens.TakeWord("ZONE"))
            Malformed();
        return with ? name + " WITH TIME ZONE" : name;
    }

    /// <summary>DuckDB's default is DECIMAL(18,3), and a scale of 0 where only the precision is given.</summary>
    private ColumnType? ReadDecimal()
    {
        if (!tokens.TakeSymbol('('))
            return new ColumnType.Decimal(18, 3);
        var precision = ReadNumber();
        var scale = tokens.TakeSymbol(',') ? ReadNumber() : 0;
        if (precision is not { } p || scale is not { } s || !tokens.TakeSymbol(')'))
            return Malformed();
        if (p is < 1 or > 38)
            return Refuse($"DECIMAL({p},{s}) has a precision that is not within 1 to 38", "DECIMAL(38,s), or DOUBLE where rounding is fine");
        return s > p ? Refuse($"DECIMAL({p},{s}) has more digits after the point than in all", $"DECIMAL({Math.Min(38, s)},{s})") : new ColumnType.Decimal(p, s);
    }

    /// <summary>SQL's FLOAT(n): up to 24 bits are single precision.</summary>
    private ColumnType? ReadFloat()
    {
        if (!tokens.TakeSymbol('('))
            return ColumnType.Float;
        var bits = ReadNumber();
        if (bits is null || !tokens.TakeSymbol(')'))
            return Malformed();
        return bits <= 24 ? ColumnType.Float : ColumnType.Double;
    }

    private ColumnType? ReadMap()
    {
        if (!tokens.TakeSymbol('('))
            return Refuse("MAP needs the types of its keys and values", "write it as MAP(VARCHAR, BIGINT)");
        if (Within("MAP key", ReadType()) is not { } key)
            return null;
        if (!tokens.TakeSymbol(','))
            return Malformed();
        if (Within("MAP value", ReadType()) is not { } value)
            return null;
        return tokens.TakeSymbol(')') ? new ColumnType.Map(key, value) : Malformed();
    }

    private ColumnType? ReadStruct()
    {
        if (!tokens.TakeSymbol('('))
            return Refuse("STRUCT needs its fields", "write it as STRUCT(name VARCHAR, age INTEGER)");
        var fields = new List<TableColumn>();
        do
        {
            if (tokens.Current.Kind != SqlTypeToken.Word)
                return Malformed();
            if (tokens.Next.Kind != SqlTypeToken.Word)
                return Refuse("STRUCT has fields without names", "give them names: {'name': value}, or STRUCT(name VARCHAR)");
            var name = tokens.Take().Text;
            if (Within($"STRUCT field \"{name}\"", ReadType()) is not { } type)
                return null;
            fields.Add(new TableColumn(name, type));
        }
        while (tokens.TakeSymbol(','));
        if (!tokens.TakeSymbol(')'))
            return Malformed();
        refusal ??= ColumnNames.Refuse(fields.Select(static field => field.Name));
        return refusal is null ? new ColumnType.Struct(fields) : null;
    }

    private ColumnType? ReadArguments(string name)
    {
        if (tokens.Current.IsSymbol('(') && !SkipParentheses())
            return Malformed();
        var type = SqlTypeNames.Find(name, out var reason);
        refusal ??= reason;
        return type;
    }

    private bool SkipParentheses()
    {
        var open = 0;
        do
        {
            if (tokens.Current.Kind == SqlTypeToken.End)
                return false;
            var token = tokens.Take();
            open += token.IsSymbol('(') ? 1 : token.IsSymbol(')') ? -1 : 0;
        }
        while (open > 0);
        return true;
    }

    private int? ReadNumber() =>
        tokens.Current.Kind == SqlTypeToken.Number && int.TryParse(tokens.Take().Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private ColumnType? Within(string place, ColumnType? type)
    {
        if (type is null && refusal is not null)
            refusal = refusal with { Message = $"{place}: {refusal.Message}" };
        return type;
    }

    private ColumnType? Malformed() => Refuse($"\"{sql}\" is not a type", "write it as DuckDB does, such as DECIMAL(12,2), VARCHAR[] or STRUCT(a BIGINT)");

    private ColumnType? Refuse(string message, string help)
    {
        refusal ??= new TypeRefusal(message, help);
        return null;
    }
}
