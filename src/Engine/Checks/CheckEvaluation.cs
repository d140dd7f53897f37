using System.Text.Json;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks;

/// <param name="QualityCheck">The resource that declares it.</param>
public sealed record NamedCheck(string QualityCheck, CheckSpec Check)
{
    public static IReadOnlyList<NamedCheck> Of(string qualityCheck, IEnumerable<CheckSpec> checks) =>
        [.. checks.Select(check => new NamedCheck(qualityCheck, check))];

    public static IReadOnlyList<NamedCheck> Of(IEnumerable<PlannedGate> gates) => [.. gates.SelectMany(gate => Of(gate.Name, gate.Checks))];
}

/// <summary>
/// Judges one table, published or only staged, by any number of checks in as few scans as they allow: one for all but metrics with a <c>where</c>, and none
/// for what schema and exact statistics answer. A check that errs is <c>Errored</c> by itself and hides no other.
/// </summary>
public static class CheckEvaluation
{
    private const int LongestMessage = 500;

    /// <summary>Tables that must be staged beside the subject.</summary>
    public static IReadOnlyList<TableName> References(IEnumerable<NamedCheck> checks, TableName subject) =>
    [
        .. checks.Select(check => CheckKinds.Of(check.Check).RefersTo(check.Check)).OfType<string>().Select(TableName.Parse)
            .Where(table => table != subject).Distinct().OrderBy(table => table.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>Whether a result keeps a new version from being published: what failed, and what could not be judged.</summary>
    public static bool Blocks(CheckResult result) => result.Outcome is CheckOutcome.Failed or CheckOutcome.Errored;

    /// <summary>One result a check, in their order.</summary>
    /// <param name="subject">Its columns are the table's; its files the rows to judge.</param>
    /// <param name="references">By table; one that is not there makes its checks <c>Errored</c>.</param>
    /// <param name="nulls">NULLs by column where statistics say them exactly.</param>
    /// <exception cref="SqlWorkerGoneException">The worker ended; the run ends with it.</exception>
    public static async Task<IReadOnlyList<CheckResult>> EvaluateAsync(
        IReadOnlyList<NamedCheck> checks,
        SqlTable subject,
        IReadOnlyDictionary<TableName, SqlTable> references,
        ISqlWorker worker,
        SqlLimits limits,
        TimeProvider time,
        IReadOnlyDictionary<string, long>? nulls,
        CancellationToken cancellationToken)
    {
        var judge = new FragmentJudge(worker, subject);
        var statistics = ExactCounts.Of(subject, nulls);
        var others = references.ToDictionary(reference => reference.Key.ToString(), reference => reference.Value, StringComparer.Ordinal);
        var now = time.GetUtcNow();
        var findings = new Finding[checks.Count];
        var asked = new List<(int Index, Compiled.Asked Check)>();
        for (var index = 0; index < checks.Count; index++)
        {
            switch (await CompileAsync(checks[index].Check, subject, others, statistics, judge, now, cancellationToken).ConfigureAwait(false))
            {
                case Compiled.Known known:
                    findings[index] = known.Finding;
                    break;
                case Compiled.Asked check:
                    asked.Add((index, check));
                    break;
            }
        }

        foreach (var scan in asked.GroupBy(one => one.Check.ScanWhere, StringComparer.Ordinal))
            await AskAsync([.. scan], findings, subject, [subject, .. references.Values], worker, limits, cancellationToken).ConfigureAwait(false);
        return [.. checks.Select((check, index) => ResultOf(check, findings[index]))];
    }

    private static async Task<Compiled> CompileAsync(
        CheckSpec check,
        SqlTable subject,
        IReadOnlyDictionary<string, SqlTable> references,
        ExactStatistics? statistics,
        FragmentJudge judge,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var kind = CheckKinds.Of(check);
        try
        {
            var types = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var fragment in kind.Fragments(check))
                types[fragment.Field] = await judge.JudgeAsync(fragment, cancellationToken).ConfigureAwait(false);
            if (check.Where is { } where)
                await judge.JudgeAsync(new Fragment("where", where, Aggregate: false), cancellationToken).ConfigureAwait(false);
            return kind.Compile(new CheckScope(check, subject, references, statistics, types, now, check.Where is null ? null : CheckText.Operand(check.Where)));
        }
        catch (DiagnosticException e)
        {
            return new Compiled.Known(Errored(e.Diagnostic.Code.Id, e.Diagnostic.Message, e.Diagnostic.Help, ""));
        }
    }

    /// <summary>All at once; where that errs, by halves until those that err stand alone.</summary>
    private static async Task AskAsync(
        IReadOnlyList<(int Index, Compiled.Asked Check)> asked,
        Finding[] findings,
        SqlTable subject,
        IReadOnlyList<SqlTable> tables,
        ISqlWorker worker,
        SqlLimits limits,
        CancellationToken cancellationToken)
    {
        var query = CheckQuery.Of(subject, [.. asked.Select(one => one.Check)]);
        var result = await worker.QueryAsync(query.Sql, tables, limits, 1, cancellationToken).ConfigureAwait(false);
        if (result.Error is null)
        {
            var row = result.Rows[0].Select(value => value.ValueKind == JsonValueKind.Null ? null : value.GetString()).ToList();
            foreach (var (index, check) in asked)
                findings[index] = check.Judge(query.Values(check, row));
        }
        else if (asked.Count == 1)
        {
            findings[asked[0].Index] = Errored(CheckCodes.EvaluationFailed.Id, result.Error.Message, result.Error.Help, asked[0].Check.Threshold);
        }
        else
        {
            var half = asked.Count / 2;
            await AskAsync([.. asked.Take(half)], findings, subject, tables, worker, limits, cancellationToken).ConfigureAwait(false);
            await AskAsync([.. asked.Skip(half)], findings, subject, tables, worker, limits, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Finding Errored(string code, string message, string? help, string threshold)
    {
        var text = help is null ? $"{code}: {message}" : $"{code}: {message}; {help}";
        return new Finding(CheckOutcome.Errored, null, threshold, text.Length <= LongestMessage ? text : text[..LongestMessage] + "…");
    }

    /// <summary>A failure of a check that only warns is a warning; an error is one in any case, since nothing was judged.</summary>
    private static CheckResult ResultOf(NamedCheck check, Finding finding) => new(
        check.QualityCheck,
        check.Check.Name,
        CheckKinds.Of(check.Check).Name,
        finding.Outcome == CheckOutcome.Failed && check.Check.Severity == CheckSeverity.Warning ? CheckOutcome.Warned : finding.Outcome,
        finding.Measured,
        finding.Threshold,
        finding.Message);
}
