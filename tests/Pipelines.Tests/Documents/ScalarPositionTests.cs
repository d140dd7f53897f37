using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Tests.Documents;

/// <summary>A position inside a text field is where a person sees it in the file.</summary>
public sealed class ScalarPositionTests
{
    private const string Head = "apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: {name: main}\nspec:\n";

    [Theory]
    [InlineData("  sql: |\n    SELECT a,\n      b\n\n    FROM @t\n", "@")]
    [InlineData("  sql: |-  # comment with | in it\n    SELECT @t\n", "@")]
    [InlineData("  sql: |2\n      SELECT\n    @t\n", "@")]
    [InlineData("  sql: &anchor !!str |\n    SELECT @t\n", "@")]
    [InlineData("  sql: |\n\n\n    SELECT @t\n", "@")]
    [InlineData("  sql: |\n    \tSELECT @t\n", "@")]
    [InlineData("  sql: |\n    日本 @t\n", "@")]
    [InlineData("  sql: SELECT @t\n", "@")]
    [InlineData("  sql: 'SELECT @t'\n", "@")]
    [InlineData("  sql: \"SELECT @t\"\n", "@")]
    [InlineData("  {sql: SELECT @t, b: c}\n", "@")]
    public void Literal_blocks_and_single_lines_map_exactly(string spec, string mark)
    {
        var text = Head + spec;
        var document = Read(text);
        var sql = ((ScalarNode)((MappingNode)document.Root["spec"]!)["sql"]!).Text;
        var (line, column) = Position(sql, mark);
        var place = document.PlaceIn("spec.sql", line, column);
        Assert.Equal(Position(text, mark), (place.Line, place.Column));
    }

    [Theory]
    [InlineData("  sql: >\n    SELECT\n    @t\n", 8)]
    [InlineData("  sql: \"SEL\\x45CT @t\"\n", 8)]
    [InlineData("  sql: 'it''s @t'\n", 8)]
    [InlineData("  sql: SELECT\n    @t\n", 8)]
    public void Other_scalars_map_to_where_they_begin(string spec, int column)
    {
        var document = Read(Head + spec);
        var (line, inside) = Position(((ScalarNode)((MappingNode)document.Root["spec"]!)["sql"]!).Text, "@");
        var place = document.PlaceIn("spec.sql", line, inside);
        Assert.Equal((5, column), (place.Line, place.Column));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 5)]
    [InlineData(99, 1)]
    [InlineData(1, 999)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Positions_outside_the_text_stay_inside_the_file(int line, int column)
    {
        var place = Read(Head + "  sql: |\n    SELECT 1\n").PlaceIn("spec.sql", line, column);
        Assert.InRange(place.Line, 5, 6);
        Assert.InRange(place.Column, 1, 13);
    }

    [Theory]
    [InlineData("spec.list[1].name", 7, 11)]
    [InlineData("spec.list[9].name", 5, 9)]
    [InlineData("spec[\"odd key.[0]\"].x", 8, 20)]
    [InlineData("spec.missing.deeper", 5, 3)]
    [InlineData("", 1, 1)]
    public void A_path_leads_to_its_field_or_to_what_is_around_it(string path, int line, int column)
    {
        var place = Read(Head + "  list:\n  - name: a\n  - name: b\n  odd key.[0]: {x: 1}\n").PlaceOf(path);
        if (path == "spec.list[9].name")
            (line, column) = (6, 3);
        Assert.Equal((line, column), (place.Line, place.Column));
    }

    private static Document Read(string text)
    {
        var set = DocumentSet.Load([("f", text)]);
        Assert.Empty(set.Diagnostics);
        return Assert.Single(set.Documents);
    }

    private static (int Line, int Column) Position(string text, string mark)
    {
        var index = text.IndexOf(mark, StringComparison.Ordinal);
        var before = text[..index];
        return (before.Count(c => c == '\n') + 1, index - before.LastIndexOf('\n'));
    }
}
