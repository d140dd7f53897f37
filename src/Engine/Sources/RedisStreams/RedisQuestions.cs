using System.Collections.Concurrent;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Redis;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>What a session's streams want to know of the server before they can be read. Asked from anywhere, answered in order by the one that owns the connection.</summary>
internal sealed class RedisQuestions(RedisAddress address)
{
    private readonly ConcurrentQueue<Question> waiting = new();

    public bool AreAnswered => waiting.IsEmpty;

    /// <param name="key">The stream that it is about, for the words of an error.</param>
    /// <returns>Ends with the answer, with the server's refusal as a <see cref="DiagnosticException"/>, or with what <see cref="Fail"/> was given.</returns>
    public Task<T> Add<T>(string key, Func<RedisConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var question = new Question<T>(key, ask, cancellationToken);
        waiting.Enqueue(question);
        return question.Answer;
    }

    /// <exception cref="RedisException">The connection broke; the question that it broke at is asked again over the next one.</exception>
    public async Task AnswerAsync(RedisConnection connection)
    {
        while (waiting.TryPeek(out var question))
        {
            await question.AskAsync(connection, address);
            waiting.TryDequeue(out _);
        }
    }

    public void Fail(Exception why)
    {
        while (waiting.TryDequeue(out var question))
            question.Fail(why);
    }

    private abstract class Question
    {
        /// <summary>Answers, or throws what broke the connection.</summary>
        public abstract Task AskAsync(RedisConnection connection, RedisAddress address);

        public abstract void Fail(Exception why);
    }

    private sealed class Question<T>(string key, Func<RedisConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) : Question
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Answer => answer.Task;

        public override async Task AskAsync(RedisConnection connection, RedisAddress address)
        {
            try
            {
                answer.TrySetResult(await ask(connection, cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                answer.TrySetCanceled(cancellationToken);
            }
            catch (RedisErrorException e) when (!e.IsTransient)
            {
                answer.TrySetException(RedisFailures.Of(e, address, key));
            }
            catch (DiagnosticException e)
            {
                answer.TrySetException(e);
            }
        }

        public override void Fail(Exception why) => answer.TrySetException(why);
    }
}
