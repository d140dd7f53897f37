using System.Globalization;
using System.Text;

namespace LakehouseOperator.Benchmarks.Reporting;

/// <summary>docs/benchmarks.md.</summary>
internal static class BenchmarkPage
{
    public static string Write(IReadOnlyList<Section> sections, string machine, int repetitions, double load)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Benchmarks

            Written by `make bench`; do not edit. Every figure stands beside a calibrator that was measured in the same run: ours and the calibrator in turn,
            {repetitions} times after a first that does not count. A cell is the median and, in parentheses, the least and the greatest; a comparison is made
            pair by pair and then put in order. CPU time is user and system time of all processes that took part. Absolute times say something about
            this machine alone, comparisons about the programs.

            {machine}; load average before the run {load:0.0}.

            """);
        foreach (var section in sections)
            Write(page, section);
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Write(StringBuilder page, Section section)
    {
        page.Append(CultureInfo.InvariantCulture, $"""

            ## {section.Title}

            Ours: {section.Measured}
            Calibrator: {section.Against}

            | figure | goal | ours | calibrator | compared | verdict |
            |---|---|---|---|---|---|

            """);
        foreach (var figure in section.Figures)
        {
            var calibrator = figure.Calibrator is { } beside ? figure.Unit.Write3(beside) : "";
            var compared = figure.Compared is { } against ? figure.ComparedUnit.Write3(against) : "";
            var verdict = figure.Met switch { true => "met", false => "**not met**", null => "" };
            page.AppendLine(CultureInfo.InvariantCulture, $"| {figure.Name} | {figure.Goal} | {figure.Unit.Write3(figure.Ours)} | {calibrator} | {compared} | {verdict} |");
        }

        if (section.Remark is { } remark)
            page.AppendLine().AppendLine(remark);
    }
}
