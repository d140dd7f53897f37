namespace LakehouseOperator.Kubernetes.Telemetry;

/// <summary>The names under which this library measures, controller-runtime's where the meaning is the same.</summary>
public static class Meters
{
    /// <summary>The meter's name.</summary>
    public const string Name = "LakehouseOperator.Kubernetes";
}
