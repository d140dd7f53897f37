using System.Text.RegularExpressions;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Specs;

public sealed partial class ResourceReferenceTests
{
    private static List<(string Name, ReferenceField Field)> Fields =>
        [.. ResourceReference.Kinds.SelectMany(kind => ResourceReference.FieldsOf(kind.Contract).Select(one => ($"{kind.Kind} {one.Path}", one)))];

    [Fact]
    public void The_page_is_the_one_in_the_repository() =>
        RepositoryFiles.Matches(Path.Combine(Repository.Root, "docs", "reference", "resources.md"), ResourceReferencePage.Render());

    [Fact]
    public void Every_field_and_every_kind_says_what_it_is()
    {
        Assert.Empty(Fields.Where(f => f.Field.Description.Length == 0).Select(f => f.Name));
        Assert.Empty(ResourceReference.Kinds.Where(kind => ResourceReference.DescriptionOf(kind.Contract.Type).Length == 0).Select(kind => kind.Kind));
    }

    [Fact]
    public void Descriptions_are_sentences_on_one_line() =>
        Assert.All(Fields, f => Assert.Matches(@"\A[A-Z:{][^\n]{3,300}\.\z", f.Field.Description));

    /// <summary>Descriptions are what <c>kubectl explain</c> shows, so they name the default as well; it must be the one that is applied.</summary>
    [Fact]
    public void A_default_that_a_description_names_is_the_one_that_counts()
    {
        var named = Fields.Select(f => (f.Name, f.Field.Default, Said: NamedDefault().Match(f.Field.Description))).Where(f => f.Said.Success && f.Default is not null).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, f => Assert.Equal((f.Name, f.Default), (f.Name, f.Said.Groups[1].Value)));
    }

    [Fact]
    public void Members_of_lists_maps_and_unions_are_found()
    {
        var byName = Fields.ToDictionary(f => f.Name, f => f.Field, StringComparer.Ordinal);
        Assert.True(byName["Ingestion tables[].columns[].type"].Required);
        Assert.Equal("Identity", byName["Ingestion tables[].partitionBy[].transform"].Default);
        Assert.False(byName["Lakehouse layers.*.location"].Required);
        Assert.Equal(["generator", "files", "redisStreams"], byName["Ingestion source"].Alternatives);
        Assert.Equal(9, byName["QualityCheck checks"].Alternatives.Count);
    }

    [GeneratedRegex(@"Default ([^\s]+?)(?=[.;,]?(?:\s|$))", RegexOptions.None, 1000)]
    private static partial Regex NamedDefault();
}
