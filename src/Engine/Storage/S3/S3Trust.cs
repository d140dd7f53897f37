using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>Whom a store's certificate is trusted by: the system's authorities, and those of a bundle. The name must fit in every case.</summary>
internal sealed class S3Trust(X509Certificate2Collection? bundle)
{
    /// <summary>Why the last certificate was refused; null while none was.</summary>
    public string? Refusal { get; private set; }

    /// <exception cref="DiagnosticException"><see cref="RunCodes.SecretMissing"/>, or no certificate is in it.</exception>
    public static S3Trust Of(SecretKeyRef? authority, ISecrets secrets)
    {
        const string Field = "spec.storage.s3.caSecretRef";
        if (authority is null)
            return new S3Trust(null);
        var bundle = new X509Certificate2Collection();
        try
        {
            bundle.ImportFromPem(secrets.Read(authority.Name, authority.Key, Field));
        }
        catch (CryptographicException)
        {
            bundle.Clear();
        }

        return bundle.Count > 0 ? new S3Trust(bundle) : throw new DiagnosticException(
            new Diagnostic(
                TableCodes.StoreNotTrusted, DiagnosticSeverity.Error, $"{Field}: key \"{authority.Key}\" of secret \"{authority.Name}\" holds no certificate", Field: Field,
                Help: "put the authority's certificates there as PEM, each between BEGIN CERTIFICATE and END CERTIFICATE"));
    }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && bundle is not null && certificate is X509Certificate2 leaf && IsSignedByBundle(leaf, chain))
            return true;
        Refusal = errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows none"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "it is for another name"
            : string.Join(", ", chain?.ChainStatus.Select(static status => status.Status.ToString()).Distinct(StringComparer.Ordinal) ?? ["its chain cannot be built"]);
        return false;
    }

    private bool IsSignedByBundle(X509Certificate2 leaf, X509Chain? shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(bundle!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in shown?.ChainElements.AsEnumerable() ?? [])
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(leaf);
    }
}
