namespace LakehouseOperator.Pipelines.Codes;

/// <summary>LH2xxx: SQL. 20xx is refused before anything runs, 204x and 205x while it runs.</summary>
public static class SqlCodes
{
    public static readonly ErrorCode SyntaxError =
        new("LH2001", "the SQL does not parse", RunnerExit.Sql);

    public static readonly ErrorCode NotOneStatement =
        new("LH2002", "the SQL is not exactly one statement", RunnerExit.Sql);

    public static readonly ErrorCode NotSelect =
        new("LH2003", "the statement is not a SELECT", RunnerExit.Sql);

    public static readonly ErrorCode TableRefused =
        new("LH2004", "something that is read from is not a table of this Lakehouse written layer.table", RunnerExit.Sql);

    public static readonly ErrorCode TableUnknown =
        new("LH2005", "a table that the SQL names does not exist", RunnerExit.Sql);

    public static readonly ErrorCode ColumnUnknown =
        new("LH2006", "a column that the SQL names does not exist", RunnerExit.Sql);

    public static readonly ErrorCode FunctionUnknown =
        new("LH2007", "a function that the SQL calls does not exist", RunnerExit.Sql);

    public static readonly ErrorCode FunctionRefused =
        new("LH2008", "a function that the SQL calls is not among the accepted ones", RunnerExit.Sql);

    public static readonly ErrorCode ConstructRefused =
        new("LH2009", "the SQL uses a construct that is not accepted", RunnerExit.Sql);

    public static readonly ErrorCode VersionRefused =
        new("LH2010", "a table's version is not pinned by AT (VERSION => n)", RunnerExit.Sql);

    public static readonly ErrorCode TooLarge =
        new("LH2011", "the SQL is too long or nested too deeply", RunnerExit.Sql);

    public static readonly ErrorCode BindFailed =
        new("LH2012", "the SQL does not bind: types or names do not fit together", RunnerExit.Sql);

    public static readonly ErrorCode ExpressionRefused =
        new("LH2013", "an expression is not of the kind that is asked for", RunnerExit.Sql);

    public static readonly ErrorCode OutputTypeRefused =
        new("LH2020", "a result column has a type that a table cannot hold", RunnerExit.Sql);

    public static readonly ErrorCode OutputNameRefused =
        new("LH2021", "a result column has a name that a table cannot hold", RunnerExit.Sql);

    public static readonly ErrorCode ConversionFailed =
        new("LH2040", "a value could not be converted while the SQL ran", RunnerExit.Sql);

    public static readonly ErrorCode OutOfRange =
        new("LH2041", "a value left the range of its type while the SQL ran", RunnerExit.Sql);

    public static readonly ErrorCode InvalidValue =
        new("LH2042", "a function refused a value while the SQL ran", RunnerExit.Sql);

    public static readonly ErrorCode ExecutionFailed =
        new("LH2043", "the SQL failed while it ran", RunnerExit.Sql);

    public static readonly ErrorCode SandboxRefused =
        new("LH2044", "the SQL reached for something outside its sandbox", RunnerExit.Sql);

    /// <summary>The snapshot's files are there by its log: a store that lost or damaged one, or a disk that fails.</summary>
    public static readonly ErrorCode InputUnreadable =
        new("LH2050", "an input file could not be read", RunnerExit.Store);

    public static readonly ErrorCode EngineFault =
        new("LH2051", "DuckDB failed inside itself", RunnerExit.Sql);
}
