namespace LakehouseOperator.Engine.Tables.Positions;

/// <summary>
/// What a run read and by which rules, in the same commit as its result (domain <c>lakehouse.inputs</c>): a runner that finds its own inputs here has
/// nothing to do.
/// </summary>
/// <param name="Inputs">By table id.</param>
/// <param name="SqlHash">Of the statement that made the rows.</param>
/// <param name="Gates">Hash of each gate that passed, by name.</param>
public sealed record InputsRecord(
    IReadOnlyDictionary<string, ConsumedInput> Inputs, string SqlHash, IReadOnlyDictionary<string, string> Gates)
{
    public const string Domain = "lakehouse.inputs";

    /// <summary>Null where no run has recorded any.</summary>
    public static InputsRecord? Read(Snapshot? table) => DomainJson.Read(table, Domain, PositionJson.Default.InputsRecord);

    /// <summary>Members in ordinal order, so that equal inputs are equal texts.</summary>
    public string ToJson() => DomainJson.Write(
        this with
        {
            Inputs = new SortedDictionary<string, ConsumedInput>(Inputs.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            Gates = new SortedDictionary<string, string>(Gates.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
        },
        PositionJson.Default.InputsRecord);
}

/// <param name="Name"><c>layer.table</c>, for people.</param>
/// <param name="DataVersion">The data version that was read.</param>
public sealed record ConsumedInput(string Name, long DataVersion);
