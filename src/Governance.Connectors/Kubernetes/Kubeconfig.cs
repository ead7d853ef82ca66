using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Governance.Common;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Governance.Connectors.Kubernetes;

/// <summary>The current context of a kubeconfig, where it holds everything itself. One that runs a program or names files of another machine is refused.</summary>
internal sealed record Kubeconfig(string Server, string? Authority, string? Token, X509Certificate2? Certificate)
{
    private const string Setting = "kubeconfig";

    public static Outcome<Kubeconfig> Parse(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is not [{ RootNode: YamlMappingNode root }])
                return Wrong("The kubeconfig is no YAML of one document. Paste the output of kubectl config view --minify --flatten.");
            var context = Named(root, "contexts", Text(root, "current-context"), "context");
            var cluster = Named(root, "clusters", Text(context, "cluster"), "cluster");
            var user = Named(root, "users", Text(context, "user"), "user");
            if (context is null || cluster is null || user is null || Text(cluster, "server") is not { } server)
                return Wrong("The kubeconfig's current context does not lead to a cluster and a user. Paste the output of kubectl config view --minify --flatten.");
            if (Child(user, "exec") is not null || Child(user, "auth-provider") is not null)
                return Wrong("The kubeconfig signs in by running a program, which the console does not do. Make a service account, and give its token.");
            if (Text(cluster, "certificate-authority") is not null || Text(user, "client-certificate") is not null || Text(user, "tokenFile") is not null)
                return Wrong("The kubeconfig names files of your machine. Paste the output of kubectl config view --minify --flatten, which holds them.");
            if (Text(cluster, "insecure-skip-tls-verify") == "true")
                return Wrong("The kubeconfig switches the check of the server's certificate off, which the console does not do. Give the cluster's authority.");
            return new Kubeconfig(server, Decoded(cluster, "certificate-authority-data"), Text(user, "token"), Certified(user));
        }
        catch (Exception fault) when (fault is YamlException or FormatException or CryptographicException or ArgumentException)
        {
            // The message of the parser may hold a piece of the text, and so of a secret.
            return Wrong("The kubeconfig can't be read: it is no valid YAML, or a certificate in it is no PEM in base64.");
        }
    }

    private static Refusal Wrong(string message) => new("feed.kubeconfig", message, Setting);

    private static X509Certificate2? Certified(YamlMappingNode user)
    {
        if (Decoded(user, "client-certificate-data") is not { } certificate || Decoded(user, "client-key-data") is not { } key)
            return null;
        using var pair = X509Certificate2.CreateFromPem(certificate, key);
        // Some platforms want the key in a store of its own for TLS.
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }

    private static string? Decoded(YamlMappingNode node, string name) => Text(node, name) is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;

    private static YamlMappingNode? Named(YamlMappingNode root, string list, string? name, string child) =>
        name is not null && Child(root, list) is YamlSequenceNode items && items.OfType<YamlMappingNode>().FirstOrDefault(i => Text(i, "name") == name) is { } item ? Child(item, child) as YamlMappingNode : null;

    private static YamlNode? Child(YamlMappingNode? node, string name) => node is not null && node.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Text(YamlMappingNode? node, string name) => Child(node, name) is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : null;
}
