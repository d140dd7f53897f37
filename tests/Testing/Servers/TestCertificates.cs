using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LakehouseOperator.Testing.Servers;

/// <summary>An authority made for one test, and a server's certificate by it.</summary>
public sealed class TestCertificates
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string certificate;
    private readonly string key;

    /// <param name="name">The host name that the certificate is made out to.</param>
    /// <param name="address">And the address, or none.</param>
    public TestCertificates(string name = "localhost", IPAddress? address = null)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest($"CN=Tests {Guid.NewGuid():N}", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        using var root = authority.CreateSelfSigned(From, To);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (address is not null)
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var signed = request.Create(root, From, To, Guid.NewGuid().ToByteArray());

        Authority = root.ExportCertificatePem();
        certificate = signed.ExportCertificatePem();
        key = serverKey.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>The authority's certificate, as PEM: what a client has to trust.</summary>
    public string Authority { get; }

    /// <summary>Writes certificate, key and authority as files; their paths, in this order.</summary>
    public IReadOnlyList<string> Write(string folder)
    {
        string[] files = [Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"), Path.Combine(folder, "ca.crt")];
        File.WriteAllText(files[0], certificate);
        File.WriteAllText(files[1], key);
        File.WriteAllText(files[2], Authority);
        return files;
    }
}
