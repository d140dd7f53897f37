using System.Net;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;

namespace LakehouseOperator.Kubernetes.Tests.Api;

/// <summary>Errors are typed by what the caller can do about them.</summary>
public sealed class ErrorTests
{
    private static readonly ConfigMap Sample = new() { Metadata = new ObjectMeta { Name = "a", Namespace = "ns" } };

    [Fact]
    public async Task A_create_of_what_exists_is_a_conflict_that_says_so()
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(409, "AlreadyExists", "configmaps a already exists"));
        using var client = server.Client();
        var e = await Assert.ThrowsAsync<ConflictException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Sample, default));
        Assert.True(e.IsAlreadyExists);
        Assert.Contains("already exists", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_over_another_version_is_a_conflict()
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(409, "Conflict", "the object has been modified"));
        using var client = server.Client();
        Assert.False((await Assert.ThrowsAsync<ConflictException>(() => client.ReplaceAsync(ResourceTypes.ConfigMaps, Sample, default))).IsAlreadyExists);
    }

    [Fact]
    public async Task What_is_invalid_is_refused_with_its_fields()
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(
            422, "Invalid", "is invalid", """{"causes":[{"reason":"FieldValueInvalid","message":"must be less than","field":"spec.replicas"}]}"""));
        using var client = server.Client();
        var e = await Assert.ThrowsAsync<RefusedException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Sample, default));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (e.Code, e.Reason));
        Assert.Equal(("spec.replicas", "must be less than"), (Assert.Single(e.Causes).Field, e.Causes[0].Message));
    }

    [Fact]
    public async Task A_write_to_an_object_of_whose_name_there_is_another_by_now_is_a_conflict_also_where_the_server_calls_its_uid_invalid()
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(
            422, "Invalid", "metadata.uid: field is immutable", """{"causes":[{"reason":"FieldValueInvalid","message":"field is immutable","field":"metadata.uid"}]}"""));
        using var client = server.Client();
        await Assert.ThrowsAsync<ConflictException>(() => client.ApplyAsync(ResourceTypes.ConfigMaps, Sample, true, default));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(405)]
    [InlineData(413)]
    public async Task What_will_be_refused_again_is_refused(int code)
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(code, "Because", "no"));
        using var client = server.Client();
        Assert.Equal((HttpStatusCode)code, (await Assert.ThrowsAsync<RefusedException>(() => client.GetAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), default))).Code);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_may_succeed_later_is_unavailable_and_a_write_is_not_repeated(int code)
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(code, "<html>gateway</html>", "Retry-After: 7"));
        using var client = server.Client();
        var e = await Assert.ThrowsAsync<UnavailableException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, Sample, default));
        Assert.Equal(((HttpStatusCode)code, TimeSpan.FromSeconds(7)), (e.Code!.Value, e.RetryAfter!.Value));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_nothing_to_delete()
    {
        await using var server = new LoopbackServer((_, reply) => reply.StatusAsync(404, "NotFound", "not found", """{"name":"a","kind":"configmaps"}"""));
        using var client = server.Client();
        Assert.Null(await client.GetAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), default));
        Assert.False(await client.DeleteAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), DeleteOptions.None, default));
    }

    [Fact]
    public async Task A_kind_that_is_not_served_is_not_an_absent_object()
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(404, "404 page not found\n"));
        using var client = server.Client();
        Assert.False((await Assert.ThrowsAsync<NotFoundException>(() => client.GetAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), default))).IsObject);
        await Assert.ThrowsAsync<NotFoundException>(() => client.DeleteAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), DeleteOptions.None, default));
    }

    [Fact]
    public async Task An_object_that_does_not_fit_its_type_is_no_absent_object()
    {
        await using var server = new LoopbackServer((_, reply) => reply.JsonAsync(200, """{"metadata":{"name":"a"},"data":7}"""));
        using var client = server.Client();
        await Assert.ThrowsAsync<UndecodableException>(() => client.GetAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), default));
    }

    [Fact]
    public async Task A_reply_that_breaks_off_is_unavailable()
    {
        await using var server = new LoopbackServer(async (_, reply) =>
        {
            await reply.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"metadata\":");
            reply.Cut();
        });
        using var client = server.Client();
        await Assert.ThrowsAsync<UnavailableException>(() => client.GetAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), default));
    }

    [Fact]
    public async Task Nobody_there_is_unavailable()
    {
        var server = new LoopbackServer((_, reply) => reply.HangAsync());
        using var client = server.Client();
        await server.DisposeAsync();
        await Assert.ThrowsAsync<UnavailableException>(() => client.GetAsync(ResourceTypes.ConfigMaps, new ObjectKey("ns", "a"), default));
    }
}
