using System.Reflection;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Codes;

public sealed class ErrorReferenceTests
{
    [Fact]
    public void Every_code_that_is_declared_is_listed_once_and_in_order()
    {
        var declared = typeof(ErrorCode).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(ErrorCode).Namespace && type.Name.EndsWith("Codes", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(ErrorCode)))
            .Select(field => (ErrorCode)field.GetValue(null)!)
            .ToList();
        Assert.NotEmpty(declared);
        Assert.Equal(declared.Select(code => code.Id).Order(StringComparer.Ordinal), ErrorReference.All.Select(code => code.Id));
    }

    [Fact]
    public void No_id_stands_for_two_things() =>
        Assert.Equal(ErrorReference.All.Count, ErrorReference.All.Select(code => code.Id).Distinct(StringComparer.Ordinal).Count());

    /// <summary>ADR 0005: the thousands digit names the room.</summary>
    [Fact]
    public void Every_id_lies_in_the_range_of_its_room()
    {
        var rooms = new Dictionary<string, char>(StringComparer.Ordinal)
        {
            ["DocumentCodes"] = '1', ["InputCodes"] = '1', ["SqlCodes"] = '2', ["SourceCodes"] = '3', ["RecordCodes"] = '3', ["TableCodes"] = '4', ["CheckCodes"] = '5', ["RunCodes"] = '6', ["ClusterCodes"] = '8', ["BugCodes"] = '9',
        };
        foreach (var type in typeof(ErrorCode).Assembly.GetTypes().Where(t => t.Namespace == typeof(ErrorCode).Namespace && t.Name.EndsWith("Codes", StringComparison.Ordinal)))
        {
            Assert.True(rooms.TryGetValue(type.Name, out var digit), $"{type.Name} has no room");
            Assert.All(
                type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(ErrorCode)).Select(f => (ErrorCode)f.GetValue(null)!),
                code => Assert.Matches($"^LH{digit}[0-9]{{3}}$", code.Id));
        }
    }

    [Fact]
    public void Titles_are_one_line_without_values() =>
        Assert.All(ErrorReference.All, code => Assert.Matches(@"^[^\n{}]{5,160}[^.\n{}]$", code.Title));

    [Fact]
    public void The_page_is_the_one_in_the_repository() =>
        RepositoryFiles.Matches(Path.Combine(Repository.Root, "docs", "reference", "errors.md"), ErrorReferencePage.Render());

    [Fact]
    public void A_code_is_found_by_its_id()
    {
        Assert.Same(DocumentCodes.UnknownField, ErrorReference.Find("LH1003"));
        Assert.Null(ErrorReference.Find("LH0000"));
    }
}
