using System.Reflection;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>Error codes by the name of their field, for rows of tests.</summary>
internal static class Codes
{
    private static readonly Dictionary<string, ErrorCode> All = typeof(ErrorCode).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(ErrorCode).Namespace && type.Name.EndsWith("Codes", StringComparison.Ordinal))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(ErrorCode)))
        .GroupBy(field => field.Name, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => (ErrorCode)group.First().GetValue(null)!, StringComparer.Ordinal);

    public static string Id(string name) => All[name].Id;

    /// <summary>How a runner ends with it.</summary>
    public static RunnerExit Exit(string name) => All[name].Exit;
}
