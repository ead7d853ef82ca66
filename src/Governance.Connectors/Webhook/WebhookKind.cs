using System.Globalization;
using System.Net;
using System.Text.Json;
using Governance.Common;
using Governance.Connectors.Outbound;
using Governance.Revocation;

namespace Governance.Connectors.Webhook;

/// <summary>A receiver of yours that does the revocation. Delivery is at least once; what it did can't be observed from here. See docs/connectors/webhook.md.</summary>
public sealed class WebhookKind(TimeProvider clock) : IConnectorKind
{
    private const int ShortestSecret = 16;

    public string Kind => "webhook";

    public string Title => "Signed webhook";

    public IReadOnlyList<ConnectorSetting> Settings { get; } =
    [
        new("url", "Address", "Begins with https://."),
        new("timeoutSeconds", "Longest wait in seconds", "1 to 15.", Required: false, Default: "10"),
        new("allowPrivate", "Private addresses", "true lets it call private networks, and loopback also over http; false refuses both.", Required: false, Default: "false"),
    ];

    public string? SecretTitle => "Key of the signature, at least 16 characters";

    public IReadOnlyList<ConnectorAbility> Abilities { get; } =
    [
        .. from what in Enum.GetValues<TargetKind>()
           from verb in Enum.GetValues<RevocationVerb>()
           where verb != RevocationVerb.Rotate || what == TargetKind.Credential
           where verb != RevocationVerb.Disable || what != TargetKind.Grant
           // A deletion of a grant is given again by a restore; what else a receiver deletes is its affair, and taken as gone.
           let reversible = verb is RevocationVerb.Disable or RevocationVerb.Restore || (verb == RevocationVerb.Delete && what == TargetKind.Grant)
           select new ConnectorAbility(what, verb, reversible ? Reversibility.Reversible : Reversibility.Irreversible, $"`POST` with `\"action\": \"{verb.ToString().ToLowerInvariant()}\"`"),
    ];

    public Outcome<IConnector> Open(JsonElement settings, string? secret)
    {
        var allowPrivate = string.Equals(settings.Get(this, "allowPrivate"), "true", StringComparison.OrdinalIgnoreCase);
        if (!Uri.TryCreate(settings.Get(this, "url"), UriKind.Absolute, out var url) || url.UserInfo.Length > 0)
            return new Refusal("connector.setting", "The address is not a URL, or it carries a name and password. Give it as https://host/path.", "url");
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback && allowPrivate))
            return new Refusal("connector.setting", "The address has to begin with https://. Only loopback may use http, and only where private addresses are allowed.", "url");
        if (IPAddress.TryParse(url.DnsSafeHost, out var literal) && AddressRule.Refuse(literal.ToString(), [literal], allowPrivate) is { } why)
            return new Refusal("connector.private-address", why, "url");
        if (!int.TryParse(settings.Get(this, "timeoutSeconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > 15)
            return new Refusal("connector.setting", "The longest wait is 1 to 15 seconds.", "timeoutSeconds");
        if (secret is null || secret.Length < ShortestSecret)
            return new Refusal("connector.secret", "The key of the signature is missing or shorter than 16 characters.", "secretReference");
        return Outcome<IConnector>.From(new WebhookConnector(url, secret, TimeSpan.FromSeconds(seconds), allowPrivate, clock));
    }
}
