namespace LakehouseOperator.DuckDb;

/// <summary>libduckdb is absent, does not load, or is of another version; the message says where it was looked for and how to restore it.</summary>
public sealed class DuckDbLibraryException(string message) : Exception(message);
