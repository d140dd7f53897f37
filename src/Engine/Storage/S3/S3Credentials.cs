using Amazon.Runtime;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>An access key out of a secret: read when first needed, and again once the store has refused it, so that rotation needs no restart.</summary>
internal sealed class S3Credentials(S3CredentialsPlan plan, ISecrets secrets) : AWSCredentials
{
    private const string Field = "spec.storage.s3.credentialsSecretRef";
    private readonly Lock gate = new();
    private ImmutableCredentials? current;

    public string Secret => plan.Secret;

    /// <exception cref="Pipelines.Codes.DiagnosticException"><see cref="Pipelines.Codes.RunCodes.SecretMissing"/>.</exception>
    public override ImmutableCredentials GetCredentials()
    {
        lock (gate)
            return current ??= Read();
    }

    /// <summary>Reads the secret anew.</summary>
    /// <param name="refused">What the refused request was signed by.</param>
    /// <returns>False where it holds no others than those: asking again is no use.</returns>
    public bool Renew(ImmutableCredentials refused)
    {
        lock (gate)
        {
            if (current is { } known && !Same(known, refused))
                return true; // another request renewed them
            var read = Read();
            if (Same(read, refused))
                return false;
            current = read;
            return true;
        }
    }

    private static bool Same(ImmutableCredentials one, ImmutableCredentials other) =>
        one.AccessKey == other.AccessKey && one.SecretKey == other.SecretKey && one.Token == other.Token;

    private ImmutableCredentials Read() => new(
        secrets.Read(plan.Secret, plan.AccessKeyId, Field).Trim(),
        secrets.Read(plan.Secret, plan.SecretAccessKey, Field).Trim(),
        secrets.ReadOptional(plan.Secret, plan.SessionToken)?.Trim());
}
