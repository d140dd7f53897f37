using System.ComponentModel;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Statuses;

public enum ConditionStatus
{
    True,
    False,
    Unknown,
}

/// <summary>The condition of Kubernetes' API conventions (<c>metav1.Condition</c>).</summary>
[Description("One aspect of the resource's state.")]
public sealed record Condition(
    [property: Description("Ready, Reconciling, Stalled; SourceConnected of an Ingestion; Passed of a QualityCheck."), LengthBounds(1, 316)] string Type,
    [property: Description("True, False or Unknown.")] ConditionStatus Status,
    [property: Description("Why, as one word that programs can rely on."), LengthBounds(1, 1024)] string Reason,
    [property: Description("Why, for people: what is wrong, where, and the fix, with its code."), LengthBounds(0, 32_768)] string Message,
    [property: Description("When status last changed.")] DateTimeOffset LastTransitionTime,
    [property: Description("The generation of the spec that this is said of."), NumberBounds(0, 9e15)] long? ObservedGeneration = null);

/// <summary>Types of conditions (interface.md).</summary>
public static class ConditionTypes
{
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";
    public const string SourceConnected = "SourceConnected";
    public const string Passed = "Passed";
}
