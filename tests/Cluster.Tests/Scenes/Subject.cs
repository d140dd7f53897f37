using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Cluster.Tests.Scenes;

/// <summary>A resource that a test is about.</summary>
public sealed class Subject(Scene scene, ResourceKind kind, string name)
{
    private string Path => $"{scene.CollectionOf(kind.ToString())}/{name}";

    /// <summary>As it is now.</summary>
    /// <exception cref="InvalidOperationException">It is not there.</exception>
    public async Task<Seen> SeeAsync() => new(await scene.Api.GetAsync(Path) ?? throw new InvalidOperationException($"{kind}/{name} is not there"));

    /// <param name="patience">For what takes longer than anything else.</param>
    public Task<Seen> UntilAsync(Func<Seen, bool> isSo, string what, TimeSpan? patience = null) => SeenAsync(isSo, $"{kind}/{name} does not become so: {what}", patience);

    /// <summary>Its newest generation is Ready, or not, for this reason.</summary>
    public Task<Seen> BecomesAsync(string reason) =>
        SeenAsync(seen => seen.Reason() == reason && seen.Condition("Ready")!["observedGeneration"]?.GetValue<long>() == seen.Generation, $"{kind}/{name} does not become {reason}");

    /// <summary>Plays its next pods so.</summary>
    public void Next(params IReadOnlyList<Play> plays) => scene.Executor.Next(kind, name, plays);

    /// <summary>Plays all of its pods so for which nothing else was said.</summary>
    public void Always(Play play) => scene.Executor.Always(kind, name, play);

    /// <summary>Its n-th pod, from 1, once it is there.</summary>
    public Task<ExecutedPod> PodAsync(int number = 1) => scene.Executor.PodAsync(kind, name, number);

    /// <summary>How many pods it had so far.</summary>
    public int Pods => scene.Executor.Pods.Count(pod => pod.Plan is not null && pod.Resource == new ResourceId(kind, name, scene.Namespace));

    /// <summary>Its Jobs that are there.</summary>
    public async Task<IReadOnlyList<JsonObject>> ChildrenAsync(string childKind)
    {
        var uid = (await SeeAsync()).Uid;
        return [.. (await scene.ListAsync(childKind)).Where(child => (string?)child["metadata"]!["ownerReferences"]?[0]?["uid"] == uid)];
    }

    /// <summary>Its only one.</summary>
    public async Task<JsonObject> ChildAsync(string childKind) => Assert.Single(await ChildrenAsync(childKind));

    /// <summary>All of its Jobs are gone: their results are in the status.</summary>
    public Task SettledAsync() => scene.EventuallyAsync(async () => (await ChildrenAsync("Job")).Count == 0, $"the end of the Jobs of {kind}/{name}");

    public Task RequestAsync(string value) => AnnotateAsync("lakehouse.dev/requested-at", value);

    public Task AnnotateAsync(string annotation, string? value) =>
        PatchAsync(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [annotation] = value } } });

    /// <param name="spec">A merge patch, as JSON.</param>
    public Task SpecAsync(string spec) => PatchAsync(new JsonObject { ["spec"] = JsonNode.Parse(spec) });

    /// <param name="status">A merge patch of its status, by whoever may.</param>
    public Task ScribbleAsync(string status) => scene.Api.PatchAsync($"{Path}/status", new JsonObject { ["status"] = JsonNode.Parse(status) });

    public Task DeleteAsync() => scene.Api.DeleteAsync(Path);

    public async Task GoneAsync() => await scene.GoneAsync(kind.ToString(), one => (string?)one["metadata"]!["name"] == name, $"{kind}/{name}");

    /// <summary>An Event about it comes, or has come.</summary>
    public Task HasEventAsync(string reason, string about = "") => scene.EventuallyAsync(
        async () => (await EventsAsync()).Any(one => one.Reason == reason && one.Message.Contains(about, StringComparison.Ordinal)), $"an Event {reason} of {kind}/{name}");

    /// <summary>Events about it: reason and message, in no order. They are told beside the work, and may come after it.</summary>
    public async Task<IReadOnlyList<(string Reason, string Message)>> EventsAsync() =>
    [
        .. (await scene.ListAsync("Event")).Where(one => (string?)one["involvedObject"]!["kind"] == kind.ToString() && (string?)one["involvedObject"]!["name"] == name)
            .Select(one => ((string)one["reason"]!, (string)one["message"]!)),
    ];

    private async Task<Seen> SeenAsync(Func<Seen, bool> isSo, string what, TimeSpan? patience = null) =>
        new(await scene.UntilAsync(kind.ToString(), value => (string?)value["metadata"]!["name"] == name && isSo(new Seen(value)), what, patience));

    private Task PatchAsync(JsonObject patch) => scene.Api.PatchAsync(Path, patch);
}
