using System.Text.Json;

namespace LakehouseOperator.Pipelines.Plans;

/// <summary>
/// What a committed output was made from: the value of its table's domain <c>lakehouse.inputs</c>, in the commit that published it. A run looks here first
/// and answers <c>UpToDate</c> or <c>AlreadyCommitted</c>; what is due is decided from it.
/// </summary>
/// <param name="Inputs">By name of the table, and by pinned version where the SQL pins one.</param>
/// <param name="Gates">Hash of the checks by name of the QualityCheck that let the version pass.</param>
public sealed record ConsumedInputs(IReadOnlyList<ConsumedInput> Inputs, string SqlHash, IReadOnlyDictionary<string, string> Gates)
{
    public const string Domain = "lakehouse.inputs";

    public string ToJson() => JsonSerializer.Serialize(this, PlanJsonContext.Lines.ConsumedInputs);

    /// <summary>Null where the text is not of this form: another writer's, or a later version's. The output then counts as made from nothing known.</summary>
    public static ConsumedInputs? TryParse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PlanJsonContext.Default.ConsumedInputs);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="TableId">A table that was dropped and made anew counts as changed.</param>
/// <param name="PinnedVersion">Of <c>AT (VERSION => n)</c>.</param>
public sealed record ConsumedInput(string Table, string TableId, long DataVersion, long? PinnedVersion = null);
