using System.Globalization;
using System.Text;

namespace LakehouseOperator.Pipelines.Codes;

/// <summary>The page <c>docs/reference/errors.md</c>, made from <see cref="ErrorReference"/>.</summary>
public static class ErrorReferencePage
{
    private static readonly (char Digit, string Room)[] Rooms =
    [
        ('1', "Documents, specs and the command line"), ('2', "SQL"), ('3', "Sources and records"), ('4', "Tables and stores"), ('5', "Checks and gates"),
        ('6', "Runs and their limits"), ('7', "Serving copies"), ('8', "Kubernetes"), ('9', "Defects"),
    ];

    public static string Render()
    {
        var page = new StringBuilder();
        page.Append("# Errors\n\nGenerated from the code; the tests compare. A code keeps its meaning for ever. *Exit* is how a runner ends that fails with it.\n");
        foreach (var (digit, room) in Rooms)
        {
            var codes = ErrorReference.All.Where(code => code.Id[2] == digit).ToList();
            if (codes.Count == 0)
                continue;
            page.Append(CultureInfo.InvariantCulture, $"\n## LH{digit}xxx: {room}\n\n| code | meaning | exit |\n|---|---|---|\n");
            foreach (var code in codes)
                page.Append(CultureInfo.InvariantCulture, $"| {code.Id} | {Cell(code.Title)} | {(int)code.Exit} {code.Exit} |\n");
        }

        return page.ToString();
    }

    private static string Cell(string title) => char.ToUpperInvariant(title[0]) + title[1..].Replace("|", "\\|", StringComparison.Ordinal);
}
