namespace LakehouseOperator.Kubernetes.Tests.Servers;

/// <summary>Objects as an API server writes them.</summary>
internal static class Json
{
    public static string ConfigMap(string name, int version, string value = "v", string uid = "") =>
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"ns","uid":"{{{(uid.Length > 0 ? uid : name)}}}","resourceVersion":"{{{version}}}"},"data":{"k":"{{{value}}}"}}""";

    public static string List(int version, string? continueAt, params IEnumerable<string> items) =>
        $$$"""{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}","continue":"{{{continueAt}}}"},"items":[{{{string.Join(',', items)}}}]}""";

    public static string Event(string type, string value) => $$"""{"type":"{{type}}","object":{{value}}}""" + "\n";

    public static string Bookmark(int version) => Event("BOOKMARK", $$$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}","creationTimestamp":null}}""");

    public static string Error(int code, string reason) =>
        Event("ERROR", $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old","reason":"{{reason}}","code":{{code}}}""");
}
