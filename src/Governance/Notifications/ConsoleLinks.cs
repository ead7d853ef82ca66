using Governance.Persistence;
using Microsoft.Extensions.Options;

namespace Governance.Notifications;

/// <summary>Addresses of the console for the world outside.</summary>
public sealed class ConsoleLinks(IOptions<GovernanceOptions> governance, IOptions<MailOptions> mail)
{
    /// <summary>The console's outer address; null while none is set.</summary>
    public Uri? Base
    {
        get
        {
            var given = governance.Value.ConsoleAddress is { Length: > 0 } own ? own : mail.Value.ConsoleAddress;
            return Uri.TryCreate(given, UriKind.Absolute, out var console) && console.Scheme is "http" or "https" ? console : null;
        }
    }

    /// <summary>Only a path of the console: what looks like another host leads to the start page.</summary>
    public static Uri Of(Uri console, string? path) =>
        path is "/" or ['/', not ('/' or '\\'), ..] && Uri.TryCreate(console, path, out var whole) && whole.Authority == console.Authority && whole.Scheme == console.Scheme ? whole : new Uri(console, "/");
}
