using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.SecretFiles;

/// <summary>Secrets as files, as kubelet mounts them: a folder of links into the version that counts.</summary>
public sealed class FolderSecretTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_secret_that_kubelet_renews_is_read_as_it_is_by_then()
    {
        Directory.CreateDirectory(folder["shop"]);
        Mount("first");
        File.CreateSymbolicLink(Path.Combine(folder["shop"], "password"), "..data/password");
        var secrets = new FolderSecrets(folder.Path);
        Assert.Equal("first", secrets.Read("shop", "password", "spec.x"));
        Mount("second");
        Assert.Equal("second", secrets.Read("shop", "password", "spec.x"));
    }

    [Fact]
    public void A_value_may_have_a_megabyte_and_no_more_also_behind_a_link()
    {
        Directory.CreateDirectory(folder["s"]);
        File.WriteAllBytes(folder["large"], new byte[1 << 20]);
        File.CreateSymbolicLink(Path.Combine(folder["s"], "key"), folder["large"]);
        Assert.Equal(1 << 20, new FolderSecrets(folder.Path).Find("s", "key")!.Value.Length);
        File.AppendAllText(folder["large"], "x");
        Assert.Null(new FolderSecrets(folder.Path).Find("s", "key"));
    }

    [Theory]
    [InlineData("shop", "nothing")]
    [InlineData("nothing", "password")]
    [InlineData("..", "outside")]
    [InlineData("shop", "../../outside")]
    [InlineData("shop", "folder")]
    [InlineData("shop", "empty")]
    [InlineData("shop", "line-end")]
    public void What_is_not_there_is_missing_by_its_name(string secret, string key)
    {
        Directory.CreateDirectory(Path.Combine(folder["secrets"], "shop", "folder"));
        File.WriteAllText(folder["outside"], "x");
        File.WriteAllText(Path.Combine(folder["secrets"], "shop", "empty"), "");
        File.WriteAllText(Path.Combine(folder["secrets"], "shop", "line-end"), "\r\n");
        var missing = Assert.Throws<DiagnosticException>(() => new FolderSecrets(folder["secrets"]).Read(secret, key, "spec.x"));
        Assert.Equal((RunCodes.SecretMissing, "spec.x"), (missing.Diagnostic.Code, missing.Diagnostic.Field));
    }

    private void Mount(string value)
    {
        var version = Directory.CreateDirectory(Path.Combine(folder["shop"], $"..{value}"));
        File.WriteAllText(Path.Combine(version.FullName, "password"), value + "\n");
        File.Delete(Path.Combine(folder["shop"], "..data"));
        File.CreateSymbolicLink(Path.Combine(folder["shop"], "..data"), version.Name);
    }
}
