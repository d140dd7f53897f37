using System.Globalization;
using System.Threading.Channels;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Telemetry;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Documents;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>
/// Events beside the work: they tell, and nothing hangs on them. A queue that is full drops the newest, and what the API server refuses is let go. The same word about the same resource
/// within a minute is said once.
/// </summary>
internal sealed class EventRecorder(KubernetesClient client, string instance, TimeProvider time, ILogger log)
{
    private const int Capacity = 1000;
    private const int MessageLength = 1024;

    private readonly Channel<Event> queue = Channel.CreateBounded<Event>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly RecentNotes said = new(time);

    public void Record(ResourceItem item, Note note)
    {
        var now = time.GetUtcNow();
        if (!said.Add(item.Uid, note))
            return;
        Log.Noted(log, item.Id.Namespace, item.Id, note.Reason, note.Message);
        queue.Writer.TryWrite(new Event
        {
            Metadata = new ObjectMeta
            {
                Name = ChildNames.Of(item.Id.Name, item.Uid, note.Reason, note.Message, now.Ticks.ToString(CultureInfo.InvariantCulture)),
                Namespace = item.Id.Namespace,
            },
            InvolvedObject = new ObjectReference
            {
                ApiVersion = Document.ApiVersion, Kind = item.Id.Kind.ToString(), Name = item.Id.Name, Namespace = item.Id.Namespace, Uid = item.Uid, ResourceVersion = item.ResourceVersion,
            },
            Reason = note.Reason,
            Message = Words.Plain(note.Message, MessageLength),
            Type = note.IsWarning ? "Warning" : "Normal",
            Source = new EventSource { Component = Labels.Manager },
            ReportingComponent = Labels.Manager,
            ReportingInstance = instance,
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        });
    }

    /// <summary>Lets go of what may be said again.</summary>
    public void Forget() => said.Forget();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var one in queue.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await client.CreateAsync(ResourceTypes.Events, one, cancellationToken);
            }
            catch (KubernetesException e)
            {
                Log.EventLost(log, one.Reason ?? "", e.Message);
            }
        }
    }
}
