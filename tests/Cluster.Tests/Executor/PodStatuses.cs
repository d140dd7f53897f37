using System.Globalization;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>What a kubelet writes into a pod's status, and a scheduler that finds no place. Pure.</summary>
public static class PodStatuses
{
    /// <summary>metav1.Time.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static JsonObject Unschedulable(string message, DateTimeOffset now) => Status("Pending", [Condition("PodScheduled", false, now, "Unschedulable", message)]);

    /// <summary>On the node, no container started.</summary>
    /// <param name="reason">ContainerCreating, ImagePullBackOff, ErrImagePull, CreateContainerConfigError, ...</param>
    /// <param name="waiting">The container that the reason and message are of; the others are creating.</param>
    public static JsonObject Waiting(IReadOnlyList<string> containers, string waiting, string reason, string? message, DateTimeOffset now)
    {
        var status = Status("Pending", Conditions(ready: false, now));
        status["startTime"] = Time(now);
        status["containerStatuses"] = Containers(containers, name => new JsonObject
        {
            ["waiting"] = name == waiting ? Said(reason, message) : Said("ContainerCreating", null),
        });
        return status;
    }

    public static JsonObject Running(IReadOnlyList<string> containers, string address, DateTimeOffset started, int restarts = 0, JsonObject? last = null)
    {
        var status = Status("Running", Conditions(ready: true, started));
        status["startTime"] = Time(started);
        status["podIP"] = address;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        status["containerStatuses"] = Containers(containers, _ => new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(started) } }, ready: true, restarts, last);
        return status;
    }

    /// <summary>Of a pod that is not started again.</summary>
    /// <param name="ended">How each container ended, by its name; the others as <c>Completed</c>.</param>
    public static JsonObject Ended(IReadOnlyList<string> containers, IReadOnlyDictionary<string, JsonObject> ended, DateTimeOffset started, DateTimeOffset now)
    {
        var failed = ended.Values.Any(state => (int)state["exitCode"]! != 0);
        var status = Status(failed ? "Failed" : "Succeeded", Conditions(ready: false, now, failed ? null : "PodCompleted"));
        status["startTime"] = Time(started);
        status["containerStatuses"] = Containers(containers, name => new JsonObject
        {
            ["terminated"] = ended.TryGetValue(name, out var state) ? state.DeepClone() : Terminated(0, "Completed", null, started, now),
        });
        return status;
    }

    /// <summary>Thrown off the node, as the kubelet says it: the containers' own ends are not told.</summary>
    public static JsonObject Evicted(string message, DateTimeOffset started, string reason = "Evicted")
    {
        var status = Status("Failed", []);
        status["reason"] = reason;
        status["message"] = message;
        status["startTime"] = Time(started);
        return status;
    }

    /// <summary>ContainerStateTerminated.</summary>
    public static JsonObject Terminated(int exitCode, string reason, string? message, DateTimeOffset started, DateTimeOffset now)
    {
        var state = new JsonObject { ["exitCode"] = exitCode, ["reason"] = reason, ["startedAt"] = Time(started), ["finishedAt"] = Time(now) };
        if (message is not null)
            state["message"] = message;
        return state;
    }

    /// <summary>A container between its end and its next start.</summary>
    public static JsonObject CrashLooping(IReadOnlyList<string> containers, string crashed, JsonObject last, int restarts, DateTimeOffset started, DateTimeOffset now)
    {
        var status = Status("Running", Conditions(ready: false, now));
        status["startTime"] = Time(started);
        status["containerStatuses"] = Containers(
            containers,
            name => name == crashed
                ? new JsonObject { ["waiting"] = Said("CrashLoopBackOff", $"back-off 10s restarting failed container={name}") }
                : new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(started) } },
            ready: false,
            restarts,
            new JsonObject { ["terminated"] = last.DeepClone() });
        return status;
    }

    private static JsonObject Status(string phase, IReadOnlyList<JsonObject> conditions) => new() { ["phase"] = phase, ["conditions"] = new JsonArray([.. conditions]) };

    private static IReadOnlyList<JsonObject> Conditions(bool ready, DateTimeOffset now, string? reason = null) =>
    [
        Condition("Initialized", true, now, reason),
        Condition("Ready", ready, now, ready ? null : reason ?? "ContainersNotReady"),
        Condition("ContainersReady", ready, now, ready ? null : reason ?? "ContainersNotReady"),
        Condition("PodScheduled", true, now),
    ];

    private static JsonObject Condition(string type, bool holds, DateTimeOffset now, string? reason = null, string? message = null)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = holds ? "True" : "False", ["lastTransitionTime"] = Time(now) };
        if (reason is not null)
            condition["reason"] = reason;
        if (message is not null)
            condition["message"] = message;
        return condition;
    }

    private static JsonObject Said(string reason, string? message)
    {
        var said = new JsonObject { ["reason"] = reason };
        if (message is not null)
            said["message"] = message;
        return said;
    }

    private static JsonArray Containers(
        IReadOnlyList<string> containers, Func<string, JsonObject> state, bool ready = false, int restarts = 0, JsonObject? last = null) =>
        new([.. containers.Select(name =>
        {
            var status = new JsonObject
            {
                ["name"] = name, ["image"] = "played", ["imageID"] = "", ["ready"] = ready, ["started"] = ready, ["restartCount"] = restarts, ["state"] = state(name),
            };
            if (last is not null)
                status["lastState"] = last.DeepClone();
            return status;
        })]);
}
