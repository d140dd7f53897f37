using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Tests.Codes;

public sealed class DiagnosticTextTests
{
    [Fact]
    public void A_diagnostic_says_where_what_and_the_fix()
    {
        var diagnostic = new Diagnostic(
            DocumentCodes.UnknownField, DiagnosticSeverity.Error, "unknown field \"comit\"", new ResourceId(ResourceKind.Ingestion, "events"), "spec.comit",
            new Place("a/b.yaml", 12, 3, "  comit: {}"), "did you mean \"commit\"?");
        Assert.Equal(
            "a/b.yaml:12:3: error LH1003: unknown field \"comit\"\n  in Ingestion/events spec.comit\n  12 |   comit: {}\n     |   ^\n  help: did you mean \"commit\"?",
            DiagnosticText.Render(diagnostic));
    }

    [Fact]
    public void What_is_not_known_is_left_out() =>
        Assert.Equal("warning LH9001: something", DiagnosticText.Render(new Diagnostic(BugCodes.Unhandled, DiagnosticSeverity.Warning, "something")));

    /// <summary>Cells left of the caret: a tab is four, an East Asian character or picture two, an accent that combines none.</summary>
    [Theory]
    [InlineData("\t\tx", 3, 8)]
    [InlineData("日本x", 3, 4)]
    [InlineData("😀x", 3, 2)]
    [InlineData("e\u0301x", 3, 1)]
    [InlineData("😀x", 2, 0)]
    [InlineData("\u001bx", 2, 6)]
    [InlineData("abc", 99, 3)]
    public void The_caret_stands_under_the_character(string line, int column, int cells)
    {
        var lines = DiagnosticText.Render(new Diagnostic(DocumentCodes.Syntax, DiagnosticSeverity.Error, "x", Place: new Place("f", 1, column, line))).Split('\n');
        Assert.Equal("    | ".Length + cells, lines[2].IndexOf('^'));
    }

    [Fact]
    public void Long_lines_are_cut_around_the_caret()
    {
        foreach (var column in new[] { 1, 50, 150, 5000, 9999, 10_001 })
        {
            var line = new string([.. Enumerable.Range(0, 10_000).Select(i => i == column - 1 ? '!' : 'a')]);
            var lines = DiagnosticText.Render(new Diagnostic(DocumentCodes.Syntax, DiagnosticSeverity.Error, "x", Place: new Place("f", 1, column, line))).Split('\n');
            Assert.True(lines[1].Length < 175, $"{lines[1].Length} at {column}");
            if (column <= 10_000)
                Assert.Equal('!', lines[1][lines[2].IndexOf('^')]);
        }
    }

    [Fact]
    public void No_text_steers_the_terminal_or_forges_a_line()
    {
        const string evil = "\u001b[2J\r\n\u0007\u009b\u2028\u202e\0";
        var shown = DiagnosticText.Render(new Diagnostic(
            DocumentCodes.Syntax, DiagnosticSeverity.Error, evil, new ResourceId(ResourceKind.Ingestion, evil), evil, new Place(evil, 1, 3, evil), evil));
        Assert.DoesNotContain(shown, c => (char.IsControl(c) && c != '\n') || c is '\u2028' or '\u202e');
        Assert.Equal(5, shown.Split('\n').Length);
    }

    [Theory]
    [InlineData("redis://u:p@h:1/0", "redis://***@h:1/0")]
    [InlineData("a redis://:p%40x@h and http://u@h/x?y=a@b", "a redis://******@h and http://*@h/x?y=a@b")]
    [InlineData("redis://u:p@q@h", "redis://*****@h")]
    [InlineData("mail a@b.c, https://h/p@x", "mail a@b.c, https://h/p@x")]
    [InlineData("to admin:p@ss@h and c@d", "to **********@h and c@d")]
    [InlineData("://", "://")]
    public void Passwords_of_urls_are_starred(string text, string masked)
    {
        Assert.Equal(masked, Credentials.Mask(text));
        Assert.Equal(masked, new Diagnostic(DocumentCodes.Syntax, DiagnosticSeverity.Error, text).Message);
    }
}
