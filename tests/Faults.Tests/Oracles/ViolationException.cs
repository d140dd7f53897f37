namespace LakehouseOperator.Faults.Tests.Oracles;

/// <summary>An oracle's finding: what the lake holds cannot have come about rightly.</summary>
internal sealed class ViolationException(string message) : Exception(message);
