using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Architecture.Tests;

/// <summary>The house stands on its arrows: read from the assemblies' own references, not from project files.</summary>
public sealed class ArrowTests
{
    private const string Ours = "LakehouseOperator.";

    /// <summary>Who may refer to whom among our assemblies.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["LakehouseOperator.DuckDb"] = [],
        ["LakehouseOperator.Sql"] = [],
        ["LakehouseOperator.Pipelines"] = [],
        ["LakehouseOperator.Redis"] = [],
        ["LakehouseOperator.Kubernetes"] = [],
        ["LakehouseOperator.Engine"] = ["LakehouseOperator.DuckDb", "LakehouseOperator.Sql", "LakehouseOperator.Pipelines", "LakehouseOperator.Redis"],
        ["lakehouse-runner"] = ["LakehouseOperator.Engine", "LakehouseOperator.Pipelines", "LakehouseOperator.Sql"],
        ["lakehouse-operator"] = ["LakehouseOperator.Kubernetes", "LakehouseOperator.Pipelines", "LakehouseOperator.Sql"],
        ["lakehouse"] = ["LakehouseOperator.Engine", "LakehouseOperator.Pipelines", "LakehouseOperator.Sql", "LakehouseOperator.Redis"],
    };

    /// <summary>Hosting and logging as the shared framework has them.</summary>
    private static readonly string[] AspNetCore =
    [
        "Microsoft.Extensions.Logging", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Logging.Console", "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Primitives",
    ];

    /// <summary>Libraries of others, by assembly prefix, that an assembly of ours may use beside the framework.</summary>
    private static readonly Dictionary<string, string[]> AllowedLibraries = new(StringComparer.Ordinal)
    {
        ["LakehouseOperator.DuckDb"] = [],
        ["LakehouseOperator.Sql"] = [],
        ["LakehouseOperator.Pipelines"] = ["YamlDotNet"],
        ["LakehouseOperator.Redis"] = [],
        ["LakehouseOperator.Kubernetes"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["LakehouseOperator.Engine"] = ["Microsoft.Extensions.Logging.Abstractions", "AWSSDK.Core", "AWSSDK.S3"],
        ["lakehouse-runner"] = ["System.CommandLine", "Microsoft.Extensions.Logging.Abstractions"],
        ["lakehouse-operator"] = ["System.CommandLine", .. AspNetCore],
        ["lakehouse"] = ["System.CommandLine", "Spectre.Console", "Microsoft.Extensions.Logging.Abstractions"],
    };

    /// <summary>Framework assemblies that do input or output; the pure library refers to none of them.</summary>
    private static readonly string[] InputOutput =
    [
        "System.IO.FileSystem", "System.Net.Sockets", "System.Net.Http", "System.Net.Primitives", "System.Diagnostics.Process", "System.IO.Pipes",
        "System.IO.MemoryMappedFiles", "System.Console",
    ];

    public static TheoryData<string> Assemblies => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_refers_only_along_the_arrows(string assembly)
    {
        var ours = References(assembly).Where(name => name.StartsWith(Ours, StringComparison.Ordinal) || Allowed.ContainsKey(name));
        Assert.Empty(ours.Except(Allowed[assembly], StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void An_assembly_uses_only_the_libraries_that_its_room_names(string assembly)
    {
        var foreign = References(assembly).Where(name =>
            !name.StartsWith(Ours, StringComparison.Ordinal) && !Allowed.ContainsKey(name) && !IsFramework(name));
        Assert.Empty(foreign.Except(AllowedLibraries[assembly], StringComparer.Ordinal));
    }

    [Fact]
    public void Pipelines_does_no_input_or_output() =>
        Assert.Empty(References("LakehouseOperator.Pipelines").Intersect(InputOutput, StringComparer.Ordinal));

    /// <summary>Iterators ask for the current thread's id on their own; nothing else of Environment is pure.</summary>
    [Fact]
    public void Pipelines_calls_nothing_that_does_input_or_output()
    {
        string[] forbidden = ["System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.Console", "System.Environment", "System.Net.Sockets.Socket"];
        var calls = Calls("LakehouseOperator.Pipelines").Where(call => forbidden.Contains(call.Type, StringComparer.Ordinal));
        Assert.Empty(calls.Except([("System.Environment", "get_CurrentManagedThreadId")]));
    }

    [Fact]
    public void No_assembly_and_no_namespace_is_called_plain_Lakehouse() =>
        Assert.DoesNotContain(Allowed.Keys.SelectMany(Namespaces), name => name == "Lakehouse" || name.EndsWith(".Lakehouse", StringComparison.Ordinal));

    [Fact]
    public void Every_project_of_src_is_under_this_test()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(Allowed.Count, projects.Length);
    }

    private static bool IsFramework(string name) =>
        name is "mscorlib" or "netstandard" || name.StartsWith("System.", StringComparison.Ordinal) && name != "System.CommandLine"
        || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name is "Microsoft.Win32.Primitives";

    private static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    private static T Read<T>(string assembly, Func<MetadataReader, T> read)
    {
        using var image = new PEReader(File.OpenRead(PathOf(assembly)));
        return read(image.GetMetadataReader());
    }

    private static List<string> References(string assembly) => Read(assembly, reader =>
        reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).ToList());

    private static List<(string Type, string Member)> Calls(string assembly) => Read(assembly, reader => reader.MemberReferences
        .Select(reader.GetMemberReference)
        .Where(member => member.Parent.Kind == HandleKind.TypeReference)
        .Select(member =>
        {
            var type = reader.GetTypeReference((TypeReferenceHandle)member.Parent);
            return ($"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}", reader.GetString(member.Name));
        }).ToList());

    private static List<string> Namespaces(string assembly) => Read(assembly, reader =>
        reader.TypeDefinitions.Select(handle => reader.GetString(reader.GetTypeDefinition(handle).Namespace)).Distinct(StringComparer.Ordinal).ToList());
}
