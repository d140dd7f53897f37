using System.ComponentModel;

namespace LakehouseOperator.Pipelines.Specs;

[Description("Streams of a Redis server, 7.0 or newer; each becomes a table, whose from is the stream's key.")]
public sealed record RedisStreamsSourceSpec(
    [property: Description("The server, as redis://host:port/database, or rediss:// for TLS; without user and password."), LengthBounds(1, 1024)] string Url,
    [property: Description("Secret with the password, and the user where it is not \"default\".")] RedisCredentialsRef? CredentialsSecretRef = null,
    [property: Description("Certificates, PEM, that the server's is trusted by instead of the system's.")] SecretKeyRef? CaSecretRef = null,
    [property: Description("Names the source in the tables' positions; two addresses of one server are one source. Default: host:port/database."), LengthBounds(1, 253)]
    string? SourceId = null,
    [property: Description("A consumer group of ours alone, moved after each commit so that XINFO GROUPS shows our lag. Default lakehouse."), LengthBounds(1, 253)]
    string? Group = null,
    [property: Description("How an entry becomes a record. Exactly one; default json with field \"data\".")] RedisFormatSpec? Format = null,
    [property: Description("Where a table without rows begins: Earliest, Latest, or Group for where a group stands, its pending entries first. Default Earliest.")]
    RedisStartFrom? StartFrom = null,
    [property: Description("With startFrom Group: the group whose position and pending entries are taken over. Default: group."), LengthBounds(1, 253)]
    string? TakeOverGroup = null);

public enum RedisStartFrom
{
    Earliest,
    Latest,
    Group,
}

[ExactlyOne]
public sealed record RedisFormatSpec(RedisJsonFormatSpec? Json = null, RedisFieldsFormatSpec? Fields = null);

[Description("One field of the entry holds the record as JSON.")]
public sealed record RedisJsonFormatSpec([property: Description("The field's name. Default data."), LengthBounds(1, 1024)] string? Field = null);

[Description("Each field of the entry is a column; written \"fields: {}\". Texts are read as their columns' types; an empty text is no value, but for VARCHAR and BLOB.")]
public sealed record RedisFieldsFormatSpec;

[Description("A Secret that holds a user's password.")]
public sealed record RedisCredentialsRef(
    [property: Description("Name of the Secret."), LengthBounds(1, 253)] string Name,
    [property: Description("Keys of the Secret, where they are called otherwise.")] RedisCredentialKeys? Keys = null);

public sealed record RedisCredentialKeys(
    [property: Description("Key that holds the user; it need not be there. Default username."), LengthBounds(1, 253)] string? Username = null,
    [property: Description("Key that holds the password. Default password."), LengthBounds(1, 253)] string? Password = null);
