using System.Text;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Runs.Reporting;

/// <summary>The file that kubelet reads once a container has ended (<c>terminationMessagePath</c>).</summary>
public static class TerminationFile
{
    /// <summary>
    /// Whole or not at all, whatever ends this process meanwhile: kubelet mounts the file itself, so that no other can be renamed over it; but it is empty, and one write of less than a page
    /// is not divided by a signal. What an earlier message left behind it is cut off.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, RunReport report)
    {
        var message = Encoding.UTF8.GetBytes(TerminationMessage.Write(report));
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        var before = RandomAccess.GetLength(file);
        RandomAccess.Write(file, message, 0);
        if (before > message.Length)
            RandomAccess.SetLength(file, message.Length);
    }
}
