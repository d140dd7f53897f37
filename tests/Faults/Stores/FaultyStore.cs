using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Faults.Stores;

/// <summary>A store whose mutating operations are steps, and come to what the plan says.</summary>
public sealed class FaultyStore(IObjectStore inner, Steps steps, string prefix) : StoreDecorator(inner, prefix)
{
    public override async Task<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var fault = await EnterAsync("commit", key);
        if (fault == Fault.LoseRequest)
            return PutOutcome.Unknown;
        if (fault == Fault.KillWithin)
            Break(key, content.Span[..(content.Length / 2)]);
        var outcome = await Inner.PutIfAbsentAsync(key, content, cancellationToken);
        Leave(fault, key, content.Span);
        return fault == Fault.LoseReply ? PutOutcome.Unknown : outcome;
    }

    public override async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var fault = await EnterAsync("put", key);
        if (fault == Fault.KillWithin)
            Break(key, content.Span[..(content.Length / 2)]);
        await Inner.PutAsync(key, content, cancellationToken);
        Leave(fault, key, content.Span);
    }

    public override async Task PutFileAsync(string key, string path, CancellationToken cancellationToken)
    {
        var fault = await EnterAsync("store", key);
        var content = fault is Fault.KillWithin or Fault.KillAfter ? await File.ReadAllBytesAsync(path, cancellationToken) : [];
        if (fault == Fault.KillWithin)
            Break(key, content.AsSpan(0, content.Length / 2));
        await Inner.PutFileAsync(key, path, cancellationToken);
        Leave(fault, key, content);
    }

    public override async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var fault = await EnterAsync("delete", key);
        if (fault == Fault.KillWithin)
            Steps.Kill();
        await Inner.DeleteAsync(key, cancellationToken);
        Leave(fault, key, []);
    }

    protected override IObjectStore Below(IObjectStore below, string belowPrefix) => new FaultyStore(below, steps, belowPrefix);

    private async Task<Fault> EnterAsync(string kind, string key)
    {
        if (steps.Gone)
            throw Failed(key);
        var fault = steps.Enter(kind, Whole(key));
        if (fault == Fault.Overtaken)
            await steps.Meanwhile();
        if (fault == Fault.FailBefore)
            throw Failed(key);
        return fault;
    }

    private void Leave(Fault fault, string key, ReadOnlySpan<byte> content)
    {
        if (fault == Fault.FailAfter)
            throw Failed(key);
        if (fault == Fault.KillAfter)
            Break(key, content);
    }

    /// <summary>Leaves such a file as the folder store writes before it names it, and ends.</summary>
    private void Break(string key, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(PathOf(key))!;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, $".lakehouse-{Guid.NewGuid():N}.tmp"), content);
        Steps.Kill();
    }

    private DiagnosticException Failed(string key) => new(TableCodes.StoreFailed, $"{Location}/{key}: planned failure", "none: it is a test");
}
