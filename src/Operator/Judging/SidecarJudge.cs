using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Operator.Judging;

/// <summary>
/// Validation's questions about SQL, put to the SQL worker in the operator's pod. What a text reads and how it binds hangs on texts alone, so that each question is
/// asked once, and an answer stands for as long as text and columns do, also while the worker is away; a worker that ended over one is asked again, because it may have been ended from outside.
/// </summary>
internal sealed class SidecarJudge(ISqlWorkerPool workers, WorkerPresence presence) : ISqlJudge
{
    /// <summary>By estimate, of answers that are kept; beyond it the one that was used longest ago is forgotten, and asked for again when it is needed.</summary>
    internal const long MostBytes = 16 << 20;

    /// <summary>Of what is known of texts over which the worker ended.</summary>
    private const long MostBytesOfEnds = 2 << 20;

    /// <summary>A text over which the worker ended so often is the reason, whether or not the worker is back by now.</summary>
    private const int MostEnds = 3;

    private readonly BoundedMemory<Digest, object> answers = new(MostBytes);

    /// <summary>How often the worker ended over a question.</summary>
    private readonly BoundedMemory<Digest, int> ends = new(MostBytesOfEnds);

    /// <summary>Answers that cost a worker each: apart, so that no number of others drives them out, and the worker ends over them again.</summary>
    private readonly BoundedMemory<Digest, object> blamed = new(MostBytesOfEnds);

    public Task<SqlAnalysis> ReadAsync(string sql, CancellationToken cancellationToken) => AnswerAsync(Digest.Of("read", sql, []), async worker =>
    {
        var parsed = await worker.ParseAsync(sql, cancellationToken);
        return new SqlAnalysis(
            [.. parsed.Inputs.Select(input => new SqlRead(input.Table, input.PinnedVersion))], Problem: Problem(parsed.Error));
    }, problem => new SqlAnalysis([], Problem: problem), cancellationToken);

    public Task<SqlAnalysis> BindAsync(string sql, IReadOnlyList<KnownTable> tables, CancellationToken cancellationToken) => AnswerAsync(Digest.Of("bind", sql, tables), async worker =>
    {
        var bound = await worker.BindAsync(sql, [.. tables.Select(Shape)], cancellationToken);
        return bound.Error is { } error
            ? new SqlAnalysis([], Problem: Problem(error))
            : new SqlAnalysis([], [.. bound.Columns.Select(column => new SqlResultColumn(column.Name, column.Type))]);
    }, problem => new SqlAnalysis([], Problem: problem), cancellationToken);

    public async Task<SqlProblem?> JudgeExpressionAsync(string expression, bool aggregate, KnownTable table, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(Digest.Of(aggregate ? "aggregate" : "scalar", expression, [table]), async worker =>
        {
            var bound = await worker.BindExpressionAsync(expression, aggregate, Shape(table), cancellationToken);
            return new Judged(Problem(bound.Error));
        }, problem => new Judged(problem), cancellationToken);
        return answer.Problem;
    }

    private async Task<T> AnswerAsync<T>(Digest key, Func<ISqlWorker, Task<T>> ask, Func<SqlProblem, T> refuse, CancellationToken cancellationToken)
        where T : class
    {
        if (answers.TryGet(key, out var known) || blamed.TryGet(key, out known))
            return (T)known;
        while (true)
        {
            try
            {
                var worker = await RentAsync(cancellationToken);
                await using (worker)
                    return Keep(answers, key, await ask(worker));
            }
            catch (SqlWorkerGoneException gone) when (gone.End != WorkerEnd.Exited)
            {
                // Constants are computed while SQL is bound, so that it can outgrow its bounds before it has read a row. That is its own fault.
                return Keep(blamed, key, refuse(new SqlProblem(CodeOf(gone.End), gone.Message, Help: "it is bound without any row; compute less of it from constants")));
            }
            catch (SqlWorkerGoneException)
            {
                // A worker that answers others ends over this very text: that is the text's fault, and nobody else waits for it.
                var count = ends.Change(key, static count => count + 1, sizeof(int));
                if (count >= MostEnds || (count > 1 && await IsServingAsync(cancellationToken)))
                    return Keep(blamed, key, refuse(new SqlProblem(RunCodes.WorkerGone, "the SQL engine ended over this statement, more than once", Help: "write it differently, and please report it")));
            }
        }
    }

    /// <exception cref="SqlJudgeUnavailableException">It is not there.</exception>
    private async Task<ISqlWorker> RentAsync(CancellationToken cancellationToken)
    {
        var away = presence.Away;
        if (away.IsCancellationRequested)
            throw new SqlJudgeUnavailableException("the SQL worker is away");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, away);
        try
        {
            return await workers.RentAsync(either.Token);
        }
        catch (SqlWorkerGoneException gone)
        {
            presence.Lost(gone.Message);
            throw new SqlJudgeUnavailableException(gone.Message, gone);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SqlJudgeUnavailableException("the SQL worker went away", e);
        }
    }

    private async Task<bool> IsServingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var worker = await RentAsync(cancellationToken);
            await using (worker)
                return (await worker.ParseAsync("SELECT 1", cancellationToken)) is not null;
        }
        catch (SqlWorkerGoneException)
        {
            return false;
        }
    }

    /// <summary>The answer stands whether or not there is room for it.</summary>
    private T Keep<T>(BoundedMemory<Digest, object> memory, Digest key, T answer)
        where T : class
    {
        memory.Keep(key, answer, SizeOf(answer));
        ends.Forget(key);
        return answer;
    }

    private static long SizeOf(object answer) => answer switch
    {
        SqlAnalysis analysis => 64 + analysis.Reads.Sum(static read => 64 + SizeOf(read.Table)) + (analysis.Columns?.Sum(static column => 48 + SizeOf(column.Name) + SizeOf(column.Type)) ?? 0) + SizeOf(analysis.Problem),
        Judged judged => 24 + SizeOf(judged.Problem),
        _ => throw new InvalidOperationException(),
    };

    private static long SizeOf(SqlProblem? problem) => problem is null ? 0 : 72 + SizeOf(problem.Message) + SizeOf(problem.Help);

    private static long SizeOf(string? text) => text is null ? 0 : 24 + (sizeof(char) * (long)text.Length);

    private static ErrorCode CodeOf(WorkerEnd end) => end switch
    {
        WorkerEnd.Deadline => RunCodes.DeadlineExceeded,
        WorkerEnd.Memory => RunCodes.OutOfMemory,
        _ => RunCodes.ScratchFull,
    };

    private static SqlTable Shape(KnownTable table) => new(
        table.Name.ToString(), [.. table.Schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))], [], []);

    private static SqlProblem? Problem(SqlError? error) => error is null
        ? null
        : new SqlProblem(ErrorReference.Find(error.Code) ?? SqlCodes.ExecutionFailed, error.Message, error.Line, error.Column, error.Help);

    private sealed record Judged(SqlProblem? Problem);
}
