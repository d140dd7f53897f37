using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Watching;

namespace LakehouseOperator.Operator.Ingestions;

/// <summary>
/// How many streams of a namespace are rolled at a time for what is the operator's own doing, such as another image of the runner: a tenth of them, and one at least. What people change acts at once. All
/// that this needs is on the Deployments, so that an operator which was started anew in the middle goes on where the one before was.
/// </summary>
internal sealed class StreamRolls
{
    /// <summary>Behind the template's hash, where a stream that was well was rolled for the operator's sake: while it does not come back, it takes a place.</summary>
    private const string Rolled = "/rolled";

    private int places;

    public StreamRolls(Observation seen)
    {
        var streams = seen.Streams.SelectMany(static streams => streams).Where(static stream => stream is { Replicas: > 0, Deleting: false }).ToList();
        places = Math.Max(1, streams.Count / 10) - streams.Count(static stream => stream.Template.EndsWith(Rolled, StringComparison.Ordinal) && !stream.IsAvailable);
    }

    /// <summary>What is to be written on the stream's Deployment about its template, or null: it waits for its turn, as it is.</summary>
    /// <param name="source">Hash over everything of people's that the stream is made from.</param>
    /// <param name="template">Hash over what comes of it.</param>
    /// <param name="replicas">That it shall have.</param>
    public string? MarkOf(StreamItem? stream, string source, string template, int replicas)
    {
        if (stream is null || stream.Source.Length > 0 && stream.Source != source)
            return template;
        if (stream.Template == template || stream.Template == template + Rolled)
            return stream.Template;

        // One that does not read loses nothing by it, and may be mended by it. It came down for reasons of its own, so that it keeps nobody waiting afterwards.
        if (stream.Replicas == 0 || replicas == 0 || !stream.IsAvailable)
            return template;
        return --places >= 0 ? template + Rolled : null;
    }
}
